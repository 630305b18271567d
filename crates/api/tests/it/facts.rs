//! The facts of the pages: who, where, how often, and with which fields and errors.

use redress_api::error::{self, ErrorCode};
use redress_api::field::{Field, Rule};
use redress_api::{Definition, Rate, Supported, endpoints};

use crate::{refunds, sharing};

/// What a page says about its endpoint.
pub(crate) struct Facts {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) title: &'static str,
    pub(crate) page: &'static str,
    pub(crate) updated: Option<&'static str>,
    pub(crate) supported: Supported,
    pub(crate) rate: Option<u32>,
    /// The codes of its own error table.
    pub(crate) errors: &'static [ErrorCode],
}

const PREPAY_ERRORS: &[ErrorCode] =
    &[error::APPID_MCHID_NOT_MATCH, error::ORDER_CLOSED, error::OUT_TRADE_NO_USED];
const JSAPI_ERRORS: &[ErrorCode] = &[
    error::APPID_MCHID_NOT_MATCH,
    error::OPENID_MISMATCH,
    error::ORDER_CLOSED,
    error::OUT_TRADE_NO_USED,
];

const FACTS: &[Facts] = &[
    Facts {
        method: "POST",
        path: "/v3/platsolution/ecommerce/mch-transfer/compensate-bills",
        title: "请求赔付",
        page: "doc/v3/partner/4013504175",
        updated: Some("2025-07-25"),
        supported: Supported::Platform,
        rate: Some(100),
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/{out_bill_no}",
        title: "查询赔付结果(按商户赔付单号)",
        page: "doc/v3/partner/4013504178",
        updated: Some("2025-07-25"),
        supported: Supported::Platform,
        rate: Some(100),
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/{out_bill_no}/cancel",
        title: "请求撤销赔付",
        page: "doc/v3/partner/4013504177",
        updated: Some("2025-07-25"),
        supported: Supported::Platform,
        rate: None,
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/out-trade-no/{out_trade_no}/reverse",
        title: "撤销",
        page: "doc/v3/merchant/4012382161",
        updated: Some("2026-04-08"),
        supported: Supported::Direct,
        rate: None,
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/ecommerce/subsidies/cancel",
        title: "取消补差",
        page: "doc/v3/partner/4012477639",
        updated: Some("2024-10-24"),
        supported: Supported::Ecommerce,
        rate: Some(200),
        errors: &[error::FREQUENCY_LIMITED],
    },
    Facts {
        method: "GET",
        path: "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/bill-id/{bill_id}",
        title: "查询赔付结果(按微信支付赔付单号)",
        page: "doc/v3/partner/4013504179",
        updated: None,
        supported: Supported::Platform,
        rate: Some(100),
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/pre-transfer",
        title: "请求赔付预下单",
        page: "doc/v3/partner/4013504176",
        updated: Some("2025-07-25"),
        supported: Supported::Platform,
        rate: Some(100),
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/platsolution/ecommerce/mch-transfer/sub-mch-compensation-bills",
        title: "赔付商家",
        page: "doc/v3/partner/4016777363",
        updated: Some("2025-12-04"),
        supported: Supported::Platform,
        rate: Some(50),
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/platsolution/ecommerce/mch-transfer/sub-mch-compensation-bills/{out_bill_no}",
        title: "查询赔付商家的结果",
        page: "doc/v3/partner/4016777372",
        updated: Some("2025-12-04"),
        supported: Supported::Platform,
        rate: Some(100),
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/merchant/fund/balance/{account_type}",
        title: "查询平台账户实时余额",
        page: "doc/v3/partner/4012476700",
        updated: Some("2024-11-04"),
        supported: Supported::Platform,
        rate: None,
        errors: &[error::NO_AUTH],
    },
    Facts {
        method: "GET",
        path: "/v3/ecommerce/fund/balance/{sub_mchid}",
        title: "查询二级商户账户实时余额",
        page: "doc/v3/partner/4012476690",
        updated: Some("2024-11-04"),
        supported: Supported::Platform,
        rate: None,
        errors: &[error::NO_AUTH],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/codepay",
        title: "付款码支付",
        page: "doc/v3/merchant/4012382150",
        updated: None,
        supported: Supported::Direct,
        rate: Some(33),
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/pay/transactions/out-trade-no/{out_trade_no}",
        title: "商户订单号查询订单",
        page: "doc/v3/merchant/4013070356",
        updated: None,
        supported: Supported::Direct,
        rate: None,
        errors: &[error::ORDER_NOT_EXIST],
    },
    Facts {
        method: "GET",
        path: "/v3/pay/transactions/id/{transaction_id}",
        title: "微信支付订单号查询订单",
        page: "doc/v3/merchant/4013070356",
        updated: None,
        supported: Supported::Direct,
        rate: None,
        errors: &[error::ORDER_NOT_EXIST],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/out-trade-no/{out_trade_no}/close",
        title: "关闭订单",
        page: "doc/v3/merchant/4013070356",
        updated: None,
        supported: Supported::Direct,
        rate: None,
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}",
        title: "商户订单号查询订单",
        page: "doc/v3/partner/4012760115",
        updated: None,
        supported: Supported::Partner,
        rate: None,
        errors: &[error::ORDER_NOT_EXIST],
    },
    Facts {
        method: "GET",
        path: "/v3/pay/partner/transactions/id/{transaction_id}",
        title: "微信支付订单号查询订单",
        page: "doc/v3/partner/4012738973",
        updated: None,
        supported: Supported::Partner,
        rate: None,
        errors: &[error::ORDER_NOT_EXIST],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close",
        title: "关闭订单",
        page: "doc/v3/partner/4012760115",
        updated: None,
        supported: Supported::Partner,
        rate: None,
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/reverse",
        title: "撤销订单",
        page: "docs/partner/apis/partner-code-payment-v3/partner/partner-reverse.html",
        updated: None,
        supported: Supported::Partner,
        rate: None,
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/partner/transactions/codepay",
        title: "付款码支付",
        page: "docs/partner/apis/partner-code-payment-v3/partner/partner-code-pay.html",
        updated: Some("2025-02-17"),
        supported: Supported::Partner,
        rate: None,
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/jsapi",
        title: "JSAPI/小程序下单",
        page: "doc/v3/merchant/4012791897",
        updated: Some("2025-03-31"),
        supported: Supported::Direct,
        rate: None,
        errors: JSAPI_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/native",
        title: "Native下单",
        page: "doc/v3/merchant/4012791877",
        updated: Some("2025-03-31"),
        supported: Supported::Direct,
        rate: None,
        errors: PREPAY_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/app",
        title: "APP下单",
        page: "doc/v3/merchant/4013070347",
        updated: Some("2025-03-31"),
        supported: Supported::Direct,
        rate: None,
        errors: PREPAY_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/h5",
        title: "H5下单",
        page: "docs/merchant/products/h5-payment/apilist.html",
        updated: Some("2025-03-31"),
        supported: Supported::Direct,
        rate: None,
        errors: PREPAY_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/pay/partner/transactions/jsapi",
        title: "JSAPI下单",
        page: "docs/partner/apis/ecommerce-payment/jsapi-prepay.html",
        updated: Some("2024-10-24"),
        supported: Supported::Partner,
        rate: None,
        errors: JSAPI_ERRORS,
    },
    Facts {
        method: "GET",
        path: "/v3/certificates",
        title: "下载平台证书",
        page: "doc/v3/merchant/4012551764",
        updated: Some("2024-09-13"),
        supported: Supported::All,
        rate: Some(1000),
        errors: &[error::RESOURCE_NOT_EXISTS],
    },
    Facts {
        method: "GET",
        path: "/v3/bill/tradebill",
        title: "申请交易账单",
        page: "doc/v3/merchant/4012556654",
        updated: Some("2024-09-18"),
        supported: Supported::All,
        rate: None,
        errors: &[error::NO_AUTH, error::NO_STATEMENT_EXIST, error::STATEMENT_CREATING],
    },
    Facts {
        method: "GET",
        path: "/v3/bill/fundflowbill",
        title: "申请服务商资金账单",
        page: "docs/partner/apis/partner-native-payment/get-fund-bill.html",
        updated: Some("2025-01-16"),
        supported: Supported::All,
        rate: Some(3),
        errors: &[error::NO_STATEMENT_EXIST, error::STATEMENT_CREATING],
    },
    Facts {
        method: "GET",
        path: "/v3/billdownload/file",
        title: "下载账单",
        page: "docs/merchant/apis/jsapi-payment/download-bill.html",
        updated: Some("2024-12-11"),
        supported: Supported::All,
        rate: None,
        errors: &[error::NO_AUTH],
    },
];

/// The one endpoint of this method and path.
pub(crate) fn at(method: &str, path: &str) -> Definition {
    let found = |endpoint: &Definition| endpoint.method == method && endpoint.path == path;
    let [endpoint] =
        endpoints().into_iter().filter(found).collect::<Vec<_>>().try_into().expect(path);
    endpoint
}

#[test]
fn endpoints_are_those_of_the_pages() {
    let all: Vec<&Facts> = [FACTS, sharing::FACTS, refunds::FACTS].into_iter().flatten().collect();
    assert_eq!(endpoints().len(), all.len());
    for facts in all {
        let Facts { method, path, title, page, updated, supported, rate, errors } = *facts;
        let found = at(method, path);
        assert_eq!(found.page.title, title);
        assert_eq!(found.page.url, format!("https://pay.weixin.qq.com/{page}"));
        assert_eq!(found.page.updated, updated);
        assert_eq!(found.supported, supported);
        assert_eq!(found.rate, rate.map(|per_second| Rate { per_second }));
        assert_eq!(found.errors, errors, "{path}");
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')) {
            let name = name.trim_end_matches('}');
            assert!(found.request.iter().any(|field| field.name == name && field.required));
        }
    }
    assert_eq!(Supported::Platform.label(), "平台商户");
    assert_eq!(Supported::Direct.label(), "普通商户");
    assert_eq!(Supported::Partner.label(), "普通服务商");
    assert_eq!(Supported::Ecommerce.label(), "普通服务商");
    assert_eq!(Supported::All.label(), "普通商户、普通服务商");
}

/// `name*【label】` for a required field, `name【label】` for another, with members in braces.
pub(crate) fn printed(fields: &[Field]) -> String {
    let print = |field: &Field| {
        let star = if field.required { "*" } else { "" };
        let inner = match field.rule {
            Rule::Object(inner) => format!("{{ {} }}", printed(inner)),
            Rule::List(Rule::Object(inner)) => format!("[ {} ]", printed(inner)),
            Rule::Text(_)
            | Rule::Integer { .. }
            | Rule::OneOf(_)
            | Rule::Boolean
            | Rule::List(_) => String::new(),
        };
        format!("{}{star}【{}】{inner}", field.name, field.label)
    };
    fields.iter().map(print).collect::<Vec<_>>().join(" ")
}

const BILLS: &str = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills";
const RECEIVER: &str = "{ type*【转账接收方类型】 transaction_info*【转账接收方订单信息】{ transaction_id*【交易订单号】 type【转账接收方订单类型】 } }";

#[test]
fn fields_are_those_of_the_pages() {
    let create = at("POST", BILLS);
    let query = at("GET", &format!("{BILLS}/out-bill-no/{{out_bill_no}}"));
    let by_id = at("GET", &format!("{BILLS}/bill-id/{{bill_id}}"));
    let cancel = at("POST", &format!("{BILLS}/out-bill-no/{{out_bill_no}}/cancel"));
    let reverse = at("POST", "/v3/pay/transactions/out-trade-no/{out_trade_no}/reverse");
    let subsidy = at("POST", "/v3/ecommerce/subsidies/cancel");
    assert_eq!(
        printed(create.request),
        format!(
            "receiver*【收款方信息】{RECEIVER} out_bill_no*【商户单号】 amount*【赔付金额】 transfer_remark*【赔付原因】 sponsor_mchid*【出资商户号】 transfer_scene_id【转账场景ID】 user_recv_perception【用户收款感知】"
        )
    );
    // In answers the page's own 选填 stands.
    let shown = RECEIVER.replacen("type*", "type", 1).replacen("info*", "info", 1);
    let bill = |state: &str, close: &str| {
        format!(
            "sp_mchid*【服务商商户号】 receiver_detail*【转账接收方信息】{{ receiver【转账接收者信息】{shown} }} out_bill_no*【商户单号】 amount*【赔付金额】 transfer_remark【赔付原因】 bill_id*【微信支付转账单号】 state*【{state}】 accept_time*【受理时间】 success_time【成功时间】{close} sponsor_mchid【出资商户号】"
        )
    };
    assert_eq!(printed(create.response), bill("赔付状态", ""));
    assert_eq!(printed(query.request), "out_bill_no*【商户单号】");
    let close = " close_info【关单信息】{ close_time*【关单时间】 close_reason*【关单原因】 }";
    assert_eq!(printed(query.response), bill("转账状态", close));
    assert_eq!(printed(by_id.request), "bill_id*【微信支付转账单号】");
    assert_eq!(printed(by_id.response), printed(query.response));
    assert_eq!(printed(cancel.request), "out_bill_no*【商户单号】");
    assert_eq!(
        printed(cancel.response),
        "out_bill_no*【商户单号】 bill_id*【微信支付付款单号】 state*【付款状态】 cancel_accept_time*【撤销受理时间】"
    );
    assert_eq!(
        printed(reverse.request),
        "out_trade_no*【商户订单号】 appid*【应用AppID】 mchid*【直连商户号】"
    );
    assert_eq!(
        printed(reverse.response),
        "appid【应用AppID】 mchid*【直连商户号】 out_trade_no*【商户订单号】"
    );
    assert_eq!(
        printed(subsidy.request),
        "sub_mchid*【电商平台二级商户号】 transaction_id*【微信订单号】 description*【取消补差描述】"
    );
    assert_eq!(
        printed(subsidy.response),
        "sub_mchid*【电商平台二级商户号】 transaction_id*【微信订单号】 result*【取消补差结果】 description*【取消补差描述】"
    );
}

#[test]
fn fields_of_orders_are_those_of_the_pages() {
    let [direct, partner] = ["/v3/pay/transactions", "/v3/pay/partner/transactions"];
    let by_number = |prefix: &str| at("GET", &format!("{prefix}/out-trade-no/{{out_trade_no}}"));
    let by_id = |prefix: &str| at("GET", &format!("{prefix}/id/{{transaction_id}}"));
    let act = |prefix: &str, what: &str| {
        at("POST", &format!("{prefix}/out-trade-no/{{out_trade_no}}/{what}"))
    };
    let [query, of_partner] = [direct, partner].map(by_number);
    let [by_id, by_id_of_partner] = [direct, partner].map(by_id);
    let [close, close_of_partner] = [direct, partner].map(|prefix| act(prefix, "close"));
    let reverse = act(partner, "reverse");
    let number = "out_trade_no*【商户订单号】";
    let id = "transaction_id*【微信支付订单号】";
    let merchant = "mchid*【直连商户号】";
    assert_eq!(printed(query.request), format!("{number} {merchant}"));
    assert_eq!(printed(by_id.request), format!("{id} {merchant}"));
    assert_eq!(printed(close.request), format!("{number} {merchant}"));
    let parties = "sp_mchid*【服务商户号】 sub_mchid*【子商户号】";
    assert_eq!(printed(of_partner.request), format!("{number} {parties}"));
    assert_eq!(printed(by_id_of_partner.request), format!("{id} {parties}"));
    assert_eq!(printed(close_of_partner.request), format!("{number} {parties}"));

    let order = |payer: &str| {
        format!(
            "{number} transaction_id【微信支付订单号】 trade_type【交易类型】 trade_state*【交易状态】 trade_state_desc*【交易状态描述】 bank_type【银行类型】 attach【商户数据包】 success_time【支付完成时间】 payer【支付者信息】{{ {payer} }} amount【订单金额】{{ total【总金额】 payer_total【用户支付金额】 currency【货币类型】 payer_currency【用户支付币种】 }}"
        )
    };
    let answer = format!("appid*【公众账号ID】 mchid*【商户号】 {}", order("openid【用户标识】"));
    assert_eq!(printed(query.response), answer);
    assert_eq!(printed(by_id.response), answer);
    let all = "sp_appid【服务商应用ID】 sp_mchid*【服务商户号】 sub_appid【子商户应用ID】 sub_mchid*【子商户号】";
    let payer = "sp_openid【用户服务标识】 sub_openid【用户子标识】";
    let answer = format!("{} {}", all.replacen("sp_appid", "sp_appid*", 1), order(payer));
    assert_eq!(printed(of_partner.response), answer);
    assert_eq!(printed(by_id_of_partner.response), answer);
    assert!(close.response.is_empty() && close_of_partner.response.is_empty());
    assert_eq!(printed(reverse.request), format!("{number} {all}"));
    assert_eq!(printed(reverse.response), format!("{all} {number}"));
}

#[test]
fn fields_of_a_code_payment_are_those_of_the_page() {
    let codepay = at("POST", "/v3/pay/transactions/codepay");
    assert_eq!(
        printed(codepay.request),
        "appid*【公众账号ID】 mchid*【商户号】 description*【商品描述】 out_trade_no*【商户订单号】 attach【商户数据包】 goods_tag【订单优惠标记】 support_fapiao【电子发票入口开放标识】 payer*【支付者】{ auth_code*【付款码】 } amount*【订单金额】{ total*【总金额】 currency【货币类型】 } scene_info*【场景信息】{ device_id【商户端设备号】 device_ip【商户端设备IP】 store_info*【商户门店信息】{ id【门店编号】 out_id【商家自定义门店编号】 } } detail【优惠功能】{ cost_price【订单原价】 invoice_id【商品小票ID】 goods_detail【单品列表】[ merchant_goods_id*【商户侧商品编码】 wechatpay_goods_id【微信支付商品编码】 goods_name【商品名称】 quantity*【商品数量】 unit_price*【商品单价】 ] } settle_info【结算信息】{ profit_sharing【分账标识】 }"
    );
    // With 202 a caller may rely on the state alone.
    let required: Vec<_> = codepay.response.iter().filter(|field| field.required).collect();
    assert_eq!(required.iter().map(|field| field.name).collect::<Vec<_>>(), ["trade_state"]);
}
