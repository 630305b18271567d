//! The facts of the pages: who, where, how often, and with which fields and errors.

use redress_api::error::{self, ErrorCode};
use redress_api::{Counts, Definition, Rate, Supported, endpoints};

use crate::{refunds, sharing};

/// What a page says about its endpoint.
pub(crate) struct Facts {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) title: &'static str,
    pub(crate) page: &'static str,
    pub(crate) updated: Option<&'static str>,
    pub(crate) supported: Supported,
    pub(crate) rates: &'static [Rate],
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
        rates: &[Rate::page(100)],
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/{out_bill_no}",
        title: "查询赔付结果(按商户赔付单号)",
        page: "doc/v3/partner/4013504178",
        updated: Some("2025-07-25"),
        supported: Supported::Platform,
        rates: &[Rate::page(100)],
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/{out_bill_no}/cancel",
        title: "请求撤销赔付",
        page: "doc/v3/partner/4013504177",
        updated: Some("2025-07-25"),
        supported: Supported::Platform,
        rates: &[],
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/out-trade-no/{out_trade_no}/reverse",
        title: "撤销",
        page: "doc/v3/merchant/4012382161",
        updated: Some("2026-04-08"),
        supported: Supported::Direct,
        rates: &[Rate::assumed(150)],
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/ecommerce/subsidies/cancel",
        title: "取消补差",
        page: "doc/v3/partner/4012477639",
        updated: Some("2024-10-24"),
        supported: Supported::Ecommerce,
        rates: &[
            Rate::older_page(200),
            Rate::older_page(200).per("sub_mchid"),
            Rate::older_page(1).per("transaction_id"),
        ],
        errors: &[error::FREQUENCY_LIMITED],
    },
    Facts {
        method: "GET",
        path: "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/bill-id/{bill_id}",
        title: "查询赔付结果(按微信支付赔付单号)",
        page: "doc/v3/partner/4013504179",
        updated: None,
        supported: Supported::Platform,
        rates: &[Rate::page(100)],
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/pre-transfer",
        title: "请求赔付预下单",
        page: "doc/v3/partner/4013504176",
        updated: Some("2025-07-25"),
        supported: Supported::Platform,
        rates: &[Rate::page(100)],
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/platsolution/ecommerce/mch-transfer/sub-mch-compensation-bills",
        title: "赔付商家",
        page: "doc/v3/partner/4016777363",
        updated: Some("2025-12-04"),
        supported: Supported::Platform,
        rates: &[Rate::page(50)],
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/platsolution/ecommerce/mch-transfer/sub-mch-compensation-bills/{out_bill_no}",
        title: "查询赔付商家的结果",
        page: "doc/v3/partner/4016777372",
        updated: Some("2025-12-04"),
        supported: Supported::Platform,
        rates: &[Rate::page(100)],
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/merchant/fund/balance/{account_type}",
        title: "查询平台账户实时余额",
        page: "doc/v3/partner/4012476700",
        updated: Some("2024-11-04"),
        supported: Supported::Platform,
        rates: &[],
        errors: &[error::NO_AUTH],
    },
    Facts {
        method: "GET",
        path: "/v3/ecommerce/fund/balance/{sub_mchid}",
        title: "查询二级商户账户实时余额",
        page: "doc/v3/partner/4012476690",
        updated: Some("2024-11-04"),
        supported: Supported::Platform,
        rates: &[],
        errors: &[error::NO_AUTH],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/codepay",
        title: "付款码支付",
        page: "doc/v3/merchant/4012382150",
        updated: None,
        supported: Supported::Direct,
        rates: &[Rate::page(33)],
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/pay/transactions/out-trade-no/{out_trade_no}",
        title: "商户订单号查询订单",
        page: "doc/v3/merchant/4013070356",
        updated: None,
        supported: Supported::Direct,
        rates: &[],
        errors: &[error::ORDER_NOT_EXIST],
    },
    Facts {
        method: "GET",
        path: "/v3/pay/transactions/id/{transaction_id}",
        title: "微信支付订单号查询订单",
        page: "doc/v3/merchant/4013070356",
        updated: None,
        supported: Supported::Direct,
        rates: &[],
        errors: &[error::ORDER_NOT_EXIST],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/out-trade-no/{out_trade_no}/close",
        title: "关闭订单",
        page: "doc/v3/merchant/4013070356",
        updated: None,
        supported: Supported::Direct,
        rates: &[],
        errors: &[],
    },
    Facts {
        method: "GET",
        path: "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}",
        title: "商户订单号查询订单",
        page: "doc/v3/partner/4012760115",
        updated: None,
        supported: Supported::Partner,
        rates: &[],
        errors: &[error::ORDER_NOT_EXIST],
    },
    Facts {
        method: "GET",
        path: "/v3/pay/partner/transactions/id/{transaction_id}",
        title: "微信支付订单号查询订单",
        page: "doc/v3/partner/4012738973",
        updated: None,
        supported: Supported::Partner,
        rates: &[],
        errors: &[error::ORDER_NOT_EXIST],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close",
        title: "关闭订单",
        page: "doc/v3/partner/4012760115",
        updated: None,
        supported: Supported::Partner,
        rates: &[],
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/reverse",
        title: "撤销订单",
        page: "docs/partner/apis/partner-code-payment-v3/partner/partner-reverse.html",
        updated: None,
        supported: Supported::Partner,
        rates: &[Rate::assumed(150)],
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/partner/transactions/codepay",
        title: "付款码支付",
        page: "docs/partner/apis/partner-code-payment-v3/partner/partner-code-pay.html",
        updated: Some("2025-02-17"),
        supported: Supported::Partner,
        rates: &[Rate::assumed(33)],
        errors: &[],
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/jsapi",
        title: "JSAPI/小程序下单",
        page: "doc/v3/merchant/4012791897",
        updated: Some("2025-03-31"),
        supported: Supported::Direct,
        rates: &[],
        errors: JSAPI_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/native",
        title: "Native下单",
        page: "doc/v3/merchant/4012791877",
        updated: Some("2025-03-31"),
        supported: Supported::Direct,
        rates: &[],
        errors: PREPAY_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/app",
        title: "APP下单",
        page: "doc/v3/merchant/4013070347",
        updated: Some("2025-03-31"),
        supported: Supported::Direct,
        rates: &[],
        errors: PREPAY_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/pay/transactions/h5",
        title: "H5下单",
        page: "docs/merchant/products/h5-payment/apilist.html",
        updated: Some("2025-03-31"),
        supported: Supported::Direct,
        rates: &[],
        errors: PREPAY_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/pay/partner/transactions/jsapi",
        title: "JSAPI下单",
        page: "docs/partner/apis/ecommerce-payment/jsapi-prepay.html",
        updated: Some("2024-10-24"),
        supported: Supported::Partner,
        rates: &[],
        errors: JSAPI_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/pay/partner/transactions/native",
        title: "Native下单",
        page: "doc/v3/partner/4012738659",
        updated: None,
        supported: Supported::Partner,
        rates: &[],
        errors: PREPAY_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/combine-transactions/jsapi",
        title: "合单下单-JSAPI",
        page: "doc/v3/partner/4012760633",
        updated: None,
        supported: Supported::All,
        rates: &[],
        errors: JSAPI_ERRORS,
    },
    Facts {
        method: "POST",
        path: "/v3/combine-transactions/native",
        title: "合单下单-NATIVE",
        page: "docs/partner/apis/ecommerce-combine-payment/native-prepay.html",
        updated: Some("2024-11-14"),
        supported: Supported::All,
        rates: &[],
        errors: PREPAY_ERRORS,
    },
    Facts {
        method: "GET",
        path: "/v3/combine-transactions/out-trade-no/{combine_out_trade_no}",
        title: "合单查询订单",
        page: "doc/v3/partner/4015973142",
        updated: Some("2025-09-02"),
        supported: Supported::All,
        rates: &[],
        errors: &[error::ORDERNOTEXIST],
    },
    Facts {
        method: "POST",
        path: "/v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close",
        title: "合单关闭订单",
        page: "doc/v3/partner/4012761093",
        updated: None,
        supported: Supported::All,
        rates: &[],
        errors: &[error::APPID_MCHID_NOT_MATCH, error::ORDERNOTEXIST],
    },
    Facts {
        method: "GET",
        path: "/v3/certificates",
        title: "下载平台证书",
        page: "doc/v3/merchant/4012551764",
        updated: Some("2024-09-13"),
        supported: Supported::All,
        rates: &[Rate::older_page(1000)],
        errors: &[error::RESOURCE_NOT_EXISTS],
    },
    Facts {
        method: "GET",
        path: "/v3/bill/tradebill",
        title: "申请交易账单",
        page: "doc/v3/merchant/4012556654",
        updated: Some("2024-09-18"),
        supported: Supported::All,
        rates: &[],
        errors: &[error::NO_AUTH, error::NO_STATEMENT_EXIST, error::STATEMENT_CREATING],
    },
    Facts {
        method: "GET",
        path: "/v3/bill/fundflowbill",
        title: "申请服务商资金账单",
        page: "docs/partner/apis/partner-native-payment/get-fund-bill.html",
        updated: Some("2025-01-16"),
        supported: Supported::All,
        rates: &[Rate::page(3)],
        errors: &[error::NO_STATEMENT_EXIST, error::STATEMENT_CREATING],
    },
    Facts {
        method: "GET",
        path: "/v3/billdownload/file",
        title: "下载账单",
        page: "docs/merchant/apis/jsapi-payment/download-bill.html",
        updated: Some("2024-12-11"),
        supported: Supported::All,
        rates: &[],
        errors: &[error::NO_AUTH],
    },
    Facts {
        method: "POST",
        path: "/v3/security/echo",
        title: "商户签名验签/加解密测试",
        page: "doc/v3/partner/4015139289",
        updated: Some("2026-04-08"),
        supported: Supported::All,
        rates: &[],
        errors: &[],
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
        let Facts { method, path, title, page, updated, supported, rates, errors } = *facts;
        let found = at(method, path);
        assert_eq!(found.page.title, title);
        assert_eq!(found.page.url, format!("https://pay.weixin.qq.com/{page}"));
        assert_eq!(found.page.updated, updated);
        assert_eq!(found.supported, supported);
        assert_eq!(found.rates, rates, "{path}");
        for rate in rates {
            if let Counts::Field(name) = rate.counts {
                assert!(found.request.iter().any(|field| field.name == name && field.required));
            }
        }
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
