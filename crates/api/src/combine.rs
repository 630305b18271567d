//! Combined orders (合单): several orders that one payer pays at once; all of them or none.

mod close;
mod jsapi;
mod native;
mod query;

pub use close::{Close, ClosedSubOrder};
pub use jsapi::{Jsapi, PayerInfo};
pub use native::Native;
pub use query::{Order, OrderAmount, OrderPayer, OrderScene, OrderSub, Query};

use serde::{Deserialize, Serialize};

use crate::draft::request;
use crate::error::ParamError;
use crate::field::{Rule, Value};
use crate::id::{Appid, Mchid, OutTradeNo};
use crate::money::Fen;
use crate::pay::{Attach, Currency, Description, GoodsTag, PayerClientIp};
use crate::text::text;

text! {
    /// The merchant's number of a combined order (合单商户订单号): digits, letters and `_-|*`, 2–32
    /// bytes. One page says 6–32.
    CombineOutTradeNo, Bytes 2..=32, r"^[0-9a-zA-Z_\-|\*]+$",
    |text| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'|' | b'*'))
}

text! {
    /// A device of the merchant, 1–16 characters.
    DeviceId, Chars 1..=16
}

text! {
    /// What is bought, at length (商品详情), 1–6000 characters.
    SubDetail, Chars 1..=6000
}

/// The most orders that one combined order has.
pub const SUB_ORDERS_MAX: usize = 50;

/// The most that one of them costs: ten million yuan.
pub const SUB_AMOUNT_MAX: Fen = Fen::new(1_000_000_000);

/// An announced subsidy in fen; 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubsidyAmount(pub i64);

impl Value for SubsidyAmount {
    const RULE: Rule = Rule::Integer { min: 0 };

    fn surely_obeys(&self) -> bool {
        Self::RULE.lets_pass(self.0)
    }
}

request! {
    /// Where the payer is.
    pub struct SceneInfo {
        /// The merchant's device.
        pub device_id: Option<DeviceId> = "商户端设备号",
        /// The payer's address.
        pub payer_client_ip: PayerClientIp = "用户终端IP",
    }
}

request! {
    /// One of the orders.
    pub struct SubOrder {
        /// The merchant that places it; the same that signs.
        pub mchid: Mchid = "子单商户号",
        /// Given back by queries and callbacks.
        pub attach: Attach = "附加数据",
        /// How much.
        pub amount: SubAmount = "订单金额",
        /// The merchant's number of it.
        pub out_trade_no: OutTradeNo = "子单商户订单号",
        /// The sub-merchant that sells.
        pub sub_mchid: Option<Mchid> = "二级商户号",
        /// What is bought.
        pub description: Description = "商品描述",
        /// What is bought, at length. Checked and not used: there are no discounts here.
        pub detail: Option<SubDetail> = "商品详情",
        /// A mark of discounts.
        pub goods_tag: Option<GoodsTag> = "订单优惠标记",
        /// The sub-merchant's application.
        pub sub_appid: Option<Appid> = "子商户应用ID",
        /// What happens to its money.
        pub settle_info: Option<SubSettle> = "结算信息",
    }
}

request! {
    /// What one of the orders is to cost.
    pub struct SubAmount {
        /// In fen, at least 1.
        pub total_amount: Fen = "标价金额",
        /// `CNY`.
        pub currency: Currency = "标价币种",
    }
}

request! {
    /// What happens to the money of one of the orders.
    pub struct SubSettle {
        /// Whether it waits for profit sharing.
        pub profit_sharing: Option<bool> = "是否指定分账",
        /// The subsidy that is announced; it counts with profit sharing only.
        pub subsidy_amount: Option<SubsidyAmount> = "补差金额",
    }
}

impl SubOrder {
    /// Whether its money waits for profit sharing.
    #[must_use]
    pub fn shares_profit(&self) -> bool {
        self.settle_info.as_ref().and_then(|settle| settle.profit_sharing).unwrap_or(false)
    }

    /// The subsidy that it announces, if that counts.
    #[must_use]
    pub fn subsidy(&self) -> Option<Fen> {
        let amount = self.settle_info.as_ref()?.subsidy_amount?;
        (self.shares_profit() && amount.0 > 0).then_some(Fen::new(amount.0))
    }
}

/// The rules of the list: how many, how dear, and no number twice.
fn check_sub_orders(orders: &[SubOrder]) -> Result<(), ParamError> {
    check_count(orders.len())?;
    for (n, order) in orders.iter().enumerate() {
        let total = order.amount.total_amount;
        if total > SUB_AMOUNT_MAX {
            let message = format!(
                "输入源“/body/sub_orders/{n}/amount/total_amount”映射到数值字段“标价金额”规则校验失败，值高于最大值 {}",
                SUB_AMOUNT_MAX.get()
            );
            return Err(ParamError::new(message, Some("body"), total.get().into()));
        }
        if orders.iter().take(n).any(|before| before.out_trade_no == order.out_trade_no) {
            let message = format!(
                "输入源“/body/sub_orders/{n}/out_trade_no”映射到值字段“子单商户订单号”校验失败，子单商户订单号重复"
            );
            let value = order.out_trade_no.as_str().into();
            return Err(ParamError::new(message, Some("body"), value));
        }
    }
    Ok(())
}

/// The rule of a list of orders: 1 to 50.
fn check_count(count: usize) -> Result<(), ParamError> {
    let problem = if count == 0 {
        "小于最小值 1".to_owned()
    } else if count > SUB_ORDERS_MAX {
        format!("大于最大值 {SUB_ORDERS_MAX}")
    } else {
        return Ok(());
    };
    let message = format!(
        "输入源“/body/sub_orders”映射到值字段“子单信息”数组规则校验失败，元素个数 {count}，{problem}"
    );
    Err(ParamError::new(message, Some("body"), count.into()))
}
