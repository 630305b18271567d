//! `POST /v3/pay/transactions/codepay`: take a payment by the payer's code (付款码支付).
//!
//! Page: 付款码支付, <https://pay.weixin.qq.com/doc/v3/merchant/4012382150>.
//!
//! Without a password the answer is 200 and the order is paid. When the payer has to enter the
//! password the answer is **202**, a success that is half empty: query, and reverse in the end.
//! There is no callback. An error is no proof that nobody was charged: query.

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use super::{Amount, Order, Payer, TradeState, TradeType};
use crate::change::{CameOf, Change};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, OUT_TRADE_NO_USED, ParamError};
use crate::field::{Rule, Value, message};
use crate::id::{Appid, Mchid, OutTradeNo, TransactionId};
use crate::money::Fen;
use crate::rate::Rate;
use crate::text::text;
use crate::time::Timestamp;
use crate::word::Open;

text! {
    /// What is bought (商品描述), 1–127 bytes.
    Description, Bytes 1..=127
}

text! {
    /// What the merchant attaches to an order (商户数据包), 1–128 bytes.
    Attach, Bytes 1..=128
}

text! {
    /// A mark of discounts (订单优惠标记), 1–32 characters.
    GoodsTag, Chars 1..=32
}

text! {
    /// The code that a payer shows (付款码): 18 digits, the first two 10 to 15. It is a secret for
    /// the minute that it lives.
    AuthCode, Bytes 18..=18, r"^1[0-5]\d{16}$",
    |text| matches!(text.as_bytes(), [b'1', b'0'..=b'5', rest @ ..] if rest.iter().all(u8::is_ascii_digit))
}

text! {
    /// A device of the merchant, 1–32 characters.
    DeviceId, Chars 1..=32
}

text! {
    /// The address of a device, 1–45 characters.
    DeviceIp, Chars 1..=45
}

text! {
    /// A store as WeChat Pay knows it, 1–32 characters.
    StoreId, Chars 1..=32
}

text! {
    /// A store as the merchant knows it, 1–256 characters.
    StoreOutId, Chars 1..=256
}

text! {
    /// A receipt, 1–32 characters.
    InvoiceId, Chars 1..=32
}

text! {
    /// A kind of goods, 1–32 characters.
    GoodsId, Chars 1..=32
}

text! {
    /// What goods are called, 1–256 characters.
    GoodsName, Chars 1..=256
}

/// How many, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(pub i64);

impl Value for Quantity {
    const RULE: Rule = Rule::Integer { min: 1 };

    fn surely_obeys(&self) -> bool {
        Self::RULE.lets_pass(self.0)
    }
}

text! {
    /// `CNY`, the one currency.
    Currency, Chars 1..=16, "^CNY$", |text| text == "CNY"
}

request! {
    /// Take a payment.
    pub struct Codepay {
        /// The application.
        pub appid: Appid = "公众账号ID",
        /// The merchant; the same that signs.
        pub mchid: Mchid = "商户号",
        /// What is bought.
        pub description: Description = "商品描述",
        /// The merchant's number of the order: a new one for each try.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// Given back by queries.
        pub attach: Option<Attach> = "商户数据包",
        /// A mark of discounts.
        pub goods_tag: Option<GoodsTag> = "订单优惠标记",
        /// Whether the payer may ask for an electronic invoice.
        pub support_fapiao: Option<bool> = "电子发票入口开放标识",
        /// Who pays.
        pub payer: CodePayer = "支付者",
        /// How much.
        pub amount: Total = "订单金额",
        /// Where.
        pub scene_info: SceneInfo = "场景信息",
        /// What is bought, item by item. Checked and not used: there are no discounts here.
        pub detail: Option<Detail> = "优惠功能",
        /// Whether the money waits for profit sharing.
        pub settle_info: Option<SettleInfo> = "结算信息",
    }
}

request! {
    /// A payer by the code that is shown.
    pub struct CodePayer {
        /// The code.
        pub auth_code: AuthCode = "付款码",
    }
}

request! {
    /// What an order is to cost.
    pub struct Total {
        /// In fen, at least 1.
        pub total: Fen = "总金额",
        /// `CNY` when left out.
        pub currency: Option<Currency> = "货币类型",
    }
}

request! {
    /// Where an order is paid.
    pub struct SceneInfo {
        /// The device.
        pub device_id: Option<DeviceId> = "商户端设备号",
        /// Its address.
        pub device_ip: Option<DeviceIp> = "商户端设备IP",
        /// The store.
        pub store_info: StoreInfo = "商户门店信息",
    }
}

impl SceneInfo {
    /// That the store has a name of one kind or the other.
    pub(crate) fn check(&self) -> Result<(), ParamError> {
        if self.store_info.id.is_none() && self.store_info.out_id.is_none() {
            return Err(ParamError::missing("/body/scene_info/store_info/id", "门店编号"));
        }
        Ok(())
    }
}

request! {
    /// A store: one of the two names is needed.
    pub struct StoreInfo {
        /// As WeChat Pay knows it.
        pub id: Option<StoreId> = "门店编号",
        /// As the merchant knows it.
        pub out_id: Option<StoreOutId> = "商家自定义门店编号",
    }
}

request! {
    /// What is bought, item by item.
    pub struct Detail {
        /// In fen.
        pub cost_price: Option<Fen> = "订单原价",
        /// The receipt.
        pub invoice_id: Option<InvoiceId> = "商品小票ID",
        /// The items.
        pub goods_detail: Option<Vec<Goods>> = "单品列表",
    }
}

request! {
    /// An item.
    pub struct Goods {
        /// As the merchant knows it.
        pub merchant_goods_id: GoodsId = "商户侧商品编码",
        /// As WeChat Pay knows it.
        pub wechatpay_goods_id: Option<GoodsId> = "微信支付商品编码",
        /// Its name.
        pub goods_name: Option<GoodsName> = "商品名称",
        /// How many.
        pub quantity: Quantity = "商品数量",
        /// Of one, in fen.
        pub unit_price: Fen = "商品单价",
    }
}

request! {
    /// What happens to the money.
    pub struct SettleInfo {
        /// Whether it waits for profit sharing.
        pub profit_sharing: Option<bool> = "分账标识",
    }
}

message! {
    /// What became of it. With 202, a caller may rely on `trade_state` alone.
    pub struct Paid {
        /// The application.
        pub appid: Option<Appid> = "公众账号ID",
        /// The merchant.
        pub mchid: Option<Mchid> = "商户号",
        /// The merchant's number.
        pub out_trade_no: Option<OutTradeNo> = "商户订单号",
        /// The provider's number; after the payment.
        pub transaction_id: Option<TransactionId> = "微信支付订单号",
        /// `MICROPAY`.
        pub trade_type: Option<Open<TradeType>> = "交易类型",
        /// Where the money came from.
        pub bank_type: Option<String> = "银行类型",
        /// When it was paid.
        pub success_time: Option<Timestamp> = "支付完成时间",
        /// `SUCCESS`, or `USERPAYING` with 202.
        pub trade_state: Open<TradeState> = "交易状态",
        /// Its state, for people.
        pub trade_state_desc: Option<String> = "交易状态描述",
        /// As it was given.
        pub attach: Option<String> = "商户数据包",
        /// Who paid.
        pub payer: Option<Payer> = "支付者",
        /// How much.
        pub amount: Option<Amount> = "订单金额",
    }
}

/// Our server answers with all that a query would say.
impl From<Order> for Paid {
    fn from(order: Order) -> Self {
        Self {
            appid: Some(order.appid),
            mchid: Some(order.mchid),
            out_trade_no: Some(order.out_trade_no),
            transaction_id: order.transaction_id,
            trade_type: order.trade_type,
            bank_type: order.bank_type,
            success_time: order.success_time,
            trade_state: order.trade_state,
            trade_state_desc: Some(order.trade_state_desc),
            attach: order.attach,
            payer: order.payer,
            amount: order.amount,
        }
    }
}

impl Endpoint for Codepay {
    type Response = Paid;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/transactions/codepay";
    const PAGE: Page = Page {
        title: "付款码支付",
        url: "https://pay.weixin.qq.com/doc/v3/merchant/4012382150",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Direct;
    const RATES: &'static [Rate] = &[Rate::page(33)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] =
        &[APPID_MCHID_NOT_MATCH, NO_AUTH, OUT_TRADE_NO_USED];
    const REFUSAL_IS_PROOF: bool = false;

    fn check(&self) -> Result<(), ParamError> {
        self.scene_info.check()
    }

    fn status(answer: &Paid) -> StatusCode {
        answer.trade_state.known().map_or(StatusCode::OK, TradeState::status)
    }
}

impl Change for Codepay {
    type Query = super::Query;

    fn query(&self) -> Option<super::Query> {
        Some(super::Query { out_trade_no: self.out_trade_no.clone(), mchid: self.mchid.clone() })
    }

    fn came_of(&self, order: &Order) -> CameOf {
        order.trade_state.known().map_or(CameOf::Pending, TradeState::came_of_payment)
    }
}

/// A code payment (付款码支付): what its answers say, and what takes it back.
pub trait CodePayment: Change {
    /// The request that takes it back.
    type Reverse: Change;

    /// The reversal of this payment.
    fn reversal(&self) -> Self::Reverse;

    /// The state that its answer shows.
    fn state_answered(answer: &Self::Response) -> &Open<TradeState>;

    /// The state that its query shows.
    fn state_found(order: &<Self::Query as Endpoint>::Response) -> &Open<TradeState>;
}

impl CodePayment for Codepay {
    type Reverse = super::Reverse;

    fn reversal(&self) -> super::Reverse {
        super::Reverse {
            out_trade_no: self.out_trade_no.clone(),
            appid: self.appid.clone(),
            mchid: self.mchid.clone(),
        }
    }

    fn state_answered(answer: &Paid) -> &Open<TradeState> {
        &answer.trade_state
    }

    fn state_found(order: &Order) -> &Open<TradeState> {
        &order.trade_state
    }
}
