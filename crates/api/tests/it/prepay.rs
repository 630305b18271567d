//! Placing orders to be paid, and a service provider's code payment: examples of the pages, field
//! tables, and the words of what is refused.

use http::StatusCode;
use redress_api::pay::{CodeUrl, H5Url, Prepaid};
use redress_api::{Endpoint, ParamError, partner, pay, wire};
use serde_json::{Value as Json, json};

use crate::facts::at;
use crate::fields::printed;

const JSAPI: &str = include_str!("../pages/pay_jsapi.request.json");
const NATIVE: &str = include_str!("../pages/pay_native.request.json");
const APP: &str = include_str!("../pages/pay_app.request.json");
const H5: &str = include_str!("../pages/pay_h5.request.json");
const PARTNER_JSAPI: &str = include_str!("../pages/partner_jsapi.request.json");
const PARTNER_CODEPAY: &str = include_str!("../pages/partner_codepay.request.json");

fn page(example: &str) -> Json {
    serde_json::from_str(example).expect("a page's example is JSON")
}

/// The example, decoded and printed again, is the same.
fn travels<E: Endpoint>(example: &str) -> E {
    let request: E = wire::decode(E::PATH, example.as_bytes()).expect("the example is taken");
    let http = wire::encode(&request);
    assert_eq!((http.method(), http.uri().path()), (&E::METHOD, E::PATH));
    assert_eq!(std::str::from_utf8(http.body()).expect("UTF-8"), page(example).to_string());
    request
}

#[test]
fn examples_of_the_pages() {
    let jsapi: pay::Jsapi = travels(JSAPI);
    assert_eq!(jsapi.payer.openid.as_str(), "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
    assert_eq!(travels::<pay::Native>(NATIVE).amount, jsapi.amount);
    assert_eq!(travels::<pay::App>(APP).scene_info, jsapi.scene_info);
    assert_eq!(travels::<pay::H5>(H5).scene_info.h5_info.r#type.as_str(), "Wap");
    let partner: partner::Jsapi = travels(PARTNER_JSAPI);
    assert_eq!(partner.settle_info.unwrap().subsidy_amount.unwrap().get(), 10);
    travels::<partner::Codepay>(PARTNER_CODEPAY);
}

#[test]
fn answers() {
    let id = "wx201410272009395522657a690389285100";
    let prepaid = Prepaid { prepay_id: id.parse().unwrap() };
    let expected = json!({ "prepay_id": id }).to_string();
    assert_eq!(wire::encode_response::<pay::Jsapi>(&prepaid), expected);
    assert_eq!(wire::encode_response::<pay::App>(&prepaid), expected);
    assert_eq!(wire::encode_response::<partner::Jsapi>(&prepaid), expected);
    let url = "weixin://wxpay/bizpayurl?pr=p4lpSuKzz";
    let native = CodeUrl { code_url: url.to_owned() };
    let expected = json!({ "code_url": url }).to_string();
    assert_eq!(wire::encode_response::<pay::Native>(&native), expected);
    let url = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2";
    let h5 = H5Url { h5_url: url.to_owned() };
    let expected = json!({ "h5_url": url }).to_string();
    assert_eq!(wire::encode_response::<pay::H5>(&h5), expected);
}

/// As the direct merchant's: 202 may say no more than the state.
#[test]
fn a_code_payment_that_waits_is_accepted() {
    for (body, status) in [
        (r#"{"trade_state":"USERPAYING"}"#, StatusCode::ACCEPTED),
        (r#"{"trade_state":"SUCCESS"}"#, StatusCode::OK),
        (r#"{"trade_state":"SOMETHING"}"#, StatusCode::OK),
    ] {
        let paid = wire::decode_response::<partner::Codepay>(body.as_bytes()).unwrap();
        assert_eq!(partner::Codepay::status(&paid), status, "{body}");
        assert_eq!(wire::encode_response::<partner::Codepay>(&paid), body);
        let paid = wire::decode_response::<pay::Codepay>(body.as_bytes()).unwrap();
        assert_eq!(pay::Codepay::status(&paid), status, "{body}");
    }
}

const DETAIL: &str = "detail【优惠功能】{ cost_price【订单原价】 invoice_id【商品小票ID】 goods_detail【单品列表】[ merchant_goods_id*【商户侧商品编码】 wechatpay_goods_id【微信支付商品编码】 goods_name【商品名称】 quantity*【商品数量】 unit_price*【商品单价】 ] }";
const AMOUNT: &str = "amount*【订单金额】{ total*【总金额】 currency【货币类型】 }";
const SCENE: &str = "payer_client_ip*【用户终端IP】 device_id【商户端设备号】 store_info【商户门店信息】{ id*【门店编号】 name【门店名称】 area_code【地区编码】 address【详细地址】 }";
const H5_INFO: &str = "h5_info*【H5场景信息】{ type*【场景类型】 app_name【应用名称】 app_url【网站URL】 bundle_id【iOS平台BundleID】 package_name【Android平台PackageName】 }";
const FAPIAO: &str = "goods_tag【订单优惠标记】 support_fapiao【电子发票入口开放标识】";
const SETTLE: &str = "settle_info【结算信息】{ profit_sharing【分账标识】 }";

#[test]
fn fields_are_those_of_the_pages() {
    let head = "appid*【公众账号ID】 mchid*【商户号】 description*【商品描述】 out_trade_no*【商户订单号】 time_expire【支付结束时间】 attach【商户数据包】 notify_url*【商户回调地址】";
    let payer = "payer*【支付者信息】{ openid*【用户标识】 }";
    let scene = format!("scene_info【场景信息】{{ {SCENE} }}");
    for (path, head, payer, scene) in [
        ("jsapi", head.to_owned(), format!("{payer} "), scene.clone()),
        ("native", head.to_owned(), String::new(), scene.clone()),
        ("app", head.replace("公众账号ID", "商户应用ID"), String::new(), scene),
        (
            "h5",
            head.replace("支付结束时间", "交易结束时间"),
            String::new(),
            format!("scene_info*【场景信息】{{ {SCENE} {H5_INFO} }}"),
        ),
    ] {
        let found = at("POST", &format!("/v3/pay/transactions/{path}"));
        let expected = format!("{head} {FAPIAO} {AMOUNT} {payer}{DETAIL} {scene} {SETTLE}");
        assert_eq!(printed(found.request), expected, "{path}");
    }
    let jsapi = at("POST", "/v3/pay/partner/transactions/jsapi");
    assert_eq!(
        printed(jsapi.request),
        format!(
            "sp_appid*【服务商APPID】 sp_mchid*【服务商户号】 sub_appid【子商户/二级商户APPID】 sub_mchid*【子商户号/二级商户号】 description*【商品描述】 out_trade_no*【商户订单号】 time_expire【支付结束时间】 attach【附加数据】 notify_url*【通知地址】 goods_tag【订单优惠标记】 settle_info【结算信息】{{ profit_sharing【分账标识】 subsidy_amount【补差金额】 }} support_fapiao【电子发票入口开放标识】 {AMOUNT} payer*【支付者】{{ sp_openid【用户服务标识】 sub_openid【用户子标识】 }} {DETAIL} scene_info【场景信息】{{ {SCENE} }}"
        )
    );
    let codepay = at("POST", "/v3/pay/partner/transactions/codepay");
    assert_eq!(
        printed(codepay.request),
        format!(
            "sp_appid*【合作伙伴应用AppID】 sp_mchid*【合作伙伴商户号】 sub_appid【特约商户应用AppID】 sub_mchid*【特约商户商户号】 description*【商品描述】 out_trade_no*【商户订单号】 attach【附加数据】 {FAPIAO} payer*【支付者】{{ auth_code*【付款码】 }} {AMOUNT} scene_info*【场景信息】{{ device_id【商户端设备号】 device_ip【商户端设备IP】 store_info*【商户门店信息】{{ id【门店编号】 out_id【商家自定义门店编号】 }} }} {DETAIL} {SETTLE}"
        )
    );
    let required = codepay.response.iter().filter(|field| field.required);
    assert_eq!(required.map(|field| field.name).collect::<Vec<_>>(), ["trade_state"]);
    for (path, answer) in [
        ("/v3/pay/transactions/jsapi", "prepay_id*【预支付交易会话标识】"),
        ("/v3/pay/transactions/app", "prepay_id*【预支付交易会话标识】"),
        ("/v3/pay/transactions/native", "code_url*【二维码链接】"),
        ("/v3/pay/transactions/h5", "h5_url*【支付跳转链接】"),
        ("/v3/pay/partner/transactions/jsapi", "prepay_id*【预支付交易会话标识】"),
    ] {
        assert_eq!(printed(at("POST", path).response), answer);
    }
}

/// The example with a value put at a pointer, or taken away.
fn refused<E: Endpoint>(example: &str, pointer: &str, value: Option<Json>) -> ParamError {
    let mut body = page(example);
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).and_then(Json::as_object_mut).expect("an object");
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    let Err(error) = wire::decode::<E>(E::PATH, body.to_string().as_bytes()) else {
        panic!("{body} is taken");
    };
    error
}

#[test]
fn what_is_missing() {
    let words = |error: ParamError, pointer: &str, label: &str| {
        let words =
            format!("输入源“/body{pointer}”映射到字段“{label}”必填性规则校验失败，此字段为必填项");
        assert_eq!(error.message, words);
        assert_eq!(error.detail(), Some(json!({ "location": "body", "value": "" })));
    };
    for (pointer, label) in [
        ("/appid", "公众账号ID"),
        ("/mchid", "商户号"),
        ("/description", "商品描述"),
        ("/out_trade_no", "商户订单号"),
        ("/notify_url", "商户回调地址"),
        ("/amount", "订单金额"),
        ("/amount/total", "总金额"),
        ("/payer", "支付者信息"),
        ("/payer/openid", "用户标识"),
        ("/scene_info/payer_client_ip", "用户终端IP"),
        ("/scene_info/store_info/id", "门店编号"),
    ] {
        words(refused::<pay::Jsapi>(JSAPI, pointer, None), pointer, label);
    }
    words(refused::<pay::App>(APP, "/appid", None), "/appid", "商户应用ID");
    words(refused::<pay::H5>(H5, "/scene_info", None), "/scene_info", "场景信息");
    for (pointer, label) in
        [("/scene_info/h5_info", "H5场景信息"), ("/scene_info/h5_info/type", "场景类型")]
    {
        words(refused::<pay::H5>(H5, pointer, None), pointer, label);
    }
    for (pointer, label) in [("/sp_appid", "服务商APPID"), ("/sub_appid", "子商户/二级商户APPID")]
    {
        words(refused::<partner::Jsapi>(PARTNER_JSAPI, pointer, None), pointer, label);
    }
    let nobody = refused::<partner::Jsapi>(PARTNER_JSAPI, "/payer", Some(json!({})));
    words(nobody, "/payer/sp_openid", "用户服务标识");
    let store = Some(json!({}));
    let pointer = "/scene_info/store_info";
    let error = refused::<partner::Codepay>(PARTNER_CODEPAY, pointer, store);
    words(error, "/scene_info/store_info/id", "门店编号");
}

#[test]
fn what_breaks_a_rule() {
    let words = |pointer: &str, label: &str, problem: &str| {
        format!("输入源“/body{pointer}”映射到值字段“{label}”字符串规则校验失败，{problem}")
    };
    let shown = r"字符串必须匹配正则表达式“^https?://([^\s/?#\[\]\@]+\@)?([^\s/?#\@:]+)(?::\d{2,5})?([^\s?#\[\]]*)$”";
    for url in ["www.weixin.qq.com", "ftp://a/", "https://", "https://a/b?c=1", "https://a/b c"] {
        let error = refused::<pay::Native>(NATIVE, "/notify_url", Some(json!(url)));
        assert_eq!(error.message, words("/notify_url", "商户回调地址", shown), "{url}");
    }
    for (pointer, value, label, problem) in [
        ("/notify_url", "h".repeat(257), "商户回调地址", "字符数 257，大于最大值 256"),
        ("/description", "公".repeat(43), "商品描述", "字节数 129，大于最大值 127"),
        ("/out_trade_no", "12345".to_owned(), "商户订单号", "字节数 5，小于最小值 6"),
        ("/payer/openid", "o".repeat(129), "用户标识", "字符数 129，大于最大值 128"),
        ("/amount/currency", "USD".to_owned(), "货币类型", "字符串必须匹配正则表达式“^CNY$”"),
        ("/scene_info/payer_client_ip", "1".repeat(46), "用户终端IP", "字符数 46，大于最大值 45"),
    ] {
        let error = refused::<pay::Jsapi>(JSAPI, pointer, Some(json!(value)));
        assert_eq!(error.message, words(pointer, label, problem));
    }
    let error = refused::<pay::Jsapi>(JSAPI, "/amount/total", Some(json!(0)));
    assert_eq!(
        error.message,
        "输入源“/body/amount/total”映射到数值字段“总金额”规则校验失败，值低于最小值 1"
    );
    let error = refused::<pay::Jsapi>(JSAPI, "/time_expire", Some(json!("2018-06-08")));
    assert_eq!(error, ParamError::generic());
    for (pointer, value) in
        [("/payer", json!({ "openid": "o" })), ("/settle_info/subsidy_amount", json!(1))]
    {
        assert!(refused::<pay::Native>(NATIVE, pointer, Some(value)).is_undefined(), "{pointer}");
    }
    let code = Some(json!("991234567890123456"));
    let error = refused::<partner::Codepay>(PARTNER_CODEPAY, "/payer/auth_code", code);
    let problem = r"字符串必须匹配正则表达式“^1[0-5]\d{16}$”";
    assert_eq!(error.message, words("/payer/auth_code", "付款码", problem));
}
