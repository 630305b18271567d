//! The words of every parameter error, to the letter: message and detail.

use redress_api::compensation::{self, Create};
use redress_api::{Endpoint, ParamError, pay, subsidy, wire};
use serde_json::{Value as Json, json};

use crate::pages::{
    CANCEL, CREATE, CREATE_REQUEST, QUERY, REVERSE, REVERSE_REQUEST, SUBSIDY, SUBSIDY_REQUEST,
};

fn error_of<E: Endpoint>(target: &str, body: &str) -> Option<ParamError> {
    wire::decode::<E>(target, body.as_bytes()).err()
}

/// A request that is refused.
struct Case {
    decode: fn(&str, &str) -> Option<ParamError>,
    target: String,
    body: String,
}

/// The create's example with one piece of its text replaced.
fn create(from: &str, to: &str) -> Case {
    swapped(error_of::<Create>, CREATE, CREATE_REQUEST, from, to)
}

fn reverse(from: &str, to: &str) -> Case {
    swapped(error_of::<pay::Reverse>, REVERSE, REVERSE_REQUEST, from, to)
}

fn subsidy(from: &str, to: &str) -> Case {
    swapped(error_of::<subsidy::Cancel>, SUBSIDY, SUBSIDY_REQUEST, from, to)
}

fn swapped(
    decode: fn(&str, &str) -> Option<ParamError>,
    target: &str,
    page: &str,
    from: &str,
    to: &str,
) -> Case {
    assert!(page.contains(from), "{from:?} does not stand in the example");
    Case { decode, target: target.to_owned(), body: page.replacen(from, to, 1) }
}

fn query(target: String) -> Case {
    Case { decode: error_of::<compensation::Query>, target, body: String::new() }
}

fn cancel(body: &str) -> Case {
    let body = body.to_owned();
    Case { decode: error_of::<compensation::Cancel>, target: CANCEL.to_owned(), body }
}

/// `location` is `null` only for fields that the page does not define.
fn golden(case: &Case, message: &str, location: Option<&str>, value: impl Into<Json>) {
    let value = value.into();
    let Case { decode, target, body } = case;
    let error = decode(target, body);
    let error = error.unwrap_or_else(|| panic!("{target} {body} is taken"));
    assert_eq!(error.message, message, "{body}");
    assert_eq!(error.detail(), Some(json!({ "location": location, "value": value })), "{body}");
    assert_eq!(error.to_string(), message);
}

/// A message that comes without a `detail`.
fn bare(case: &Case, message: &str) {
    let Case { decode, target, body } = case;
    let error = decode(target, body);
    let error = error.unwrap_or_else(|| panic!("{target} {body} is taken"));
    assert_eq!((error.message.as_str(), error.detail()), (message, None), "{body}");
}

fn in_body(case: &Case, message: &str, value: impl Into<Json>) {
    golden(case, message, Some("body"), value);
}

const REMARK: &str = "\"直播违规扣罚\"";
const PERCEPTION: &str = "\"退货运费补偿\"";

#[test]
fn missing() {
    let words = |field: &str, label: &str| {
        format!("输入源“/body/{field}”映射到字段“{label}”必填性规则校验失败，此字段为必填项")
    };
    let bill = "\"out_bill_no\" : \"plfk2020042013\",";
    in_body(&create(bill, ""), &words("out_bill_no", "商户单号"), "");
    in_body(&create("\"amount\" : 10000,", ""), &words("amount", "赔付金额"), "");
    let remark = format!("\"transfer_remark\" : {REMARK},");
    in_body(&create(&remark, ""), &words("transfer_remark", "赔付原因"), "");
    let sponsor = "\"sponsor_mchid\" : \"1900001109\",";
    in_body(&create(sponsor, ""), &words("sponsor_mchid", "出资商户号"), "");
    let id = "\"transaction_id\" : \"1217752501201407033233368018\",";
    let pointer = "receiver/transaction_info/transaction_id";
    in_body(&create(id, ""), &words(pointer, "交易订单号"), "");
    let scene = "\"transfer_scene_id\" : \"1001\",";
    in_body(&create(scene, ""), &words("transfer_scene_id", "转账场景ID"), "");

    let appid = "\"appid\" : \"wxd678efh567hg6787\",";
    in_body(&reverse(appid, ""), &words("appid", "应用AppID"), "");
    in_body(&reverse(",\n  \"mchid\" : \"1230000109\"", ""), &words("mchid", "直连商户号"), "");
    let sub = "\"sub_mchid\" : \"1900013401\",";
    in_body(&subsidy(sub, ""), &words("sub_mchid", "电商平台二级商户号"), "");
    let order = "\"transaction_id\" : \"4208450740201411110007820472\",";
    in_body(&subsidy(order, ""), &words("transaction_id", "微信订单号"), "");
    let why = ",\n  \"description\" : \"订单退款\"";
    in_body(&subsidy(why, ""), &words("description", "取消补差描述"), "");
}

/// Orders take a required text that is empty for one that is not there; money that is moved or
/// shared counts its characters.
#[test]
fn an_empty_text() {
    let words = "输入源“/body/appid”映射到字段“应用AppID”必填性规则校验失败，此字段为必填项";
    in_body(&reverse("wxd678efh567hg6787", ""), words, "");
    let words = "输入源“/body/sponsor_mchid”映射到值字段“出资商户号”字符串规则校验失败，字符数 0，小于最小值 1";
    in_body(&create("1900001109", ""), words, 0);
}

#[test]
fn an_empty_object_lacks_its_first_field() {
    let case = Case { decode: error_of::<Create>, target: CREATE.to_owned(), body: "{}".into() };
    let words = "输入源“/body/receiver”映射到字段“收款方信息”必填性规则校验失败，此字段为必填项";
    in_body(&case, words, "");
}

/// The detail shows the length, not the text.
#[test]
fn length() {
    let words = |field: &str, label: &str, problem: &str| {
        format!("输入源“/body/{field}”映射到值字段“{label}”字符串规则校验失败，{problem}")
    };
    let bill = "\"plfk2020042013\"";
    let message = words("out_bill_no", "商户单号", "字节数 0，小于最小值 1");
    in_body(&create(bill, "\"\""), &message, 0);
    let message = words("out_bill_no", "商户单号", "字节数 33，大于最大值 32");
    in_body(&create(bill, &format!("\"{}\"", "a".repeat(33))), &message, 33);
    // 11 characters and 33 bytes: too long by bytes before the characters are looked at.
    in_body(&create(bill, &format!("\"{}\"", "赔".repeat(11))), &message, 33);

    let remark = |count: usize| create(REMARK, &format!("\"{}\"", "罚".repeat(count)));
    let message = words("transfer_remark", "赔付原因", "字符数 33，大于最大值 32");
    in_body(&remark(33), &message, 33);
    let message = words("transfer_remark", "赔付原因", "字符数 0，小于最小值 1");
    in_body(&remark(0), &message, 0);
    let long = create(PERCEPTION, "\"一二三四五六七八九十一\"");
    let message = words("user_recv_perception", "用户收款感知", "字符数 11，大于最大值 10");
    in_body(&long, &message, 11);
    let scene = create("\"1001\"", &format!("\"{}\"", "1".repeat(37)));
    let message = words("transfer_scene_id", "转账场景ID", "字符数 37，大于最大值 36");
    in_body(&scene, &message, 37);
    let sponsor = create("1900001109", &"1".repeat(33));
    let message = words("sponsor_mchid", "出资商户号", "字符数 33，大于最大值 32");
    in_body(&sponsor, &message, 33);

    let message = words("transaction_id", "微信订单号", "字节数 65，大于最大值 64");
    in_body(&subsidy("4208450740201411110007820472", &"4".repeat(65)), &message, 65);
    let message = words("description", "取消补差描述", "字符数 81，大于最大值 80");
    in_body(&subsidy("订单退款", &"退".repeat(81)), &message, 81);
}

#[test]
fn pattern() {
    let words = |field: &str, label: &str, shown: &str| {
        format!(
            "输入源“/body/{field}”映射到值字段“{label}”字符串规则校验失败，字符串必须匹配正则表达式“{shown}”"
        )
    };
    let message = words("out_bill_no", "商户单号", "^[0-9A-Za-z]+$");
    in_body(&create("plfk2020042013", "plfk-2020"), &message, "plfk-2020");
    let message = words("sponsor_mchid", "出资商户号", r"^[1-9]\d*$");
    in_body(&create("1900001109", "01900001109"), &message, "01900001109");
    let message = words("mchid", "直连商户号", r"^[1-9]\d*$");
    in_body(&reverse("1230000109", "{{1655979653}}"), &message, "{{1655979653}}");
    let message = words("appid", "应用AppID", "^[0-9A-Za-z_-]+$");
    in_body(&reverse("wxd678efh567hg6787", "wx 6787"), &message, "wx 6787");
    let message = words("transaction_id", "微信订单号", "^[0-9A-Za-z]+$");
    in_body(&subsidy("4208450740201411110007820472", "42-08"), &message, "42-08");
}

#[test]
fn characters_of_four_bytes() {
    let words = |field: &str, label: &str| {
        format!(
            "输入源“/body/{field}”映射到值字段“{label}”字符串规则校验失败，包含不支持的 4 字节 UTF-8 字符"
        )
    };
    let smile = create(REMARK, "\"退款😀\"");
    in_body(&smile, &words("transfer_remark", "赔付原因"), "退款😀");
    let escaped = create(REMARK, r#""\ud83d\ude00""#);
    in_body(&escaped, &words("transfer_remark", "赔付原因"), "😀");
    let smile = subsidy("订单退款", "😀");
    in_body(&smile, &words("description", "取消补差描述"), "😀");
}

#[test]
fn integer() {
    let words = "无法将 JSON 输入源“/body/amount”映射到目标字段“赔付金额”中，此字段需要一个合法的 64 位有符号整数";
    for (printed, value) in [
        ("\"10000\"", json!("10000")),
        ("0.01", json!(0.01)),
        ("10000.0", json!(10000.0)),
        ("1e4", json!(1e4)),
        ("true", json!(true)),
        ("{}", json!({})),
        ("[10000]", json!([10000])),
        ("9223372036854775808", json!(9_223_372_036_854_775_808_u64)),
        ("18446744073709551616", json!(18_446_744_073_709_551_616_f64)),
    ] {
        in_body(&create("10000", printed), words, value);
    }
    let words = "输入源“/body/amount”映射到数值字段“赔付金额”规则校验失败，值低于最小值 1";
    for (printed, value) in [("0", 0), ("-1", -1), ("-9223372036854775808", i64::MIN)] {
        in_body(&create("10000", printed), words, value);
    }
}

#[test]
fn types() {
    let words = |field: &str, label: &str, wanted: &str| {
        format!("无法将 JSON 输入源“/body/{field}”映射到目标字段“{label}”中，此字段需要{wanted}")
    };
    let a_string = |field: &str, label: &str| words(field, label, "一个 string 类型的 Json 值");
    for (printed, value) in
        [("1", json!(1)), ("false", json!(false)), ("{}", json!({})), ("[]", json!([]))]
    {
        let message = a_string("transfer_remark", "赔付原因");
        in_body(&create(REMARK, printed), &message, value.clone());
        let message = a_string("receiver/type", "转账接收方类型");
        in_body(&create("\"TRANSACTION_USER\"", printed), &message, value.clone());
        let message = a_string("description", "取消补差描述");
        in_body(&subsidy("\"订单退款\"", printed), &message, value);
    }
    let message = a_string("mchid", "直连商户号");
    in_body(&reverse("\"1230000109\"", "1230000109"), &message, 1_230_000_109);

    let page: Json = serde_json::from_str(CREATE_REQUEST).unwrap();
    for value in [json!("TRANSACTION_USER"), json!(1), json!([page["receiver"]])] {
        let mut body = page.clone();
        body["receiver"] = value.clone();
        let (target, body) = (CREATE.to_owned(), body.to_string());
        let case = Case { decode: error_of::<Create>, target, body };
        in_body(&case, &words("receiver", "收款方信息", "一个 object 类型的 Json 值"), value);
    }
}

#[test]
fn enumeration() {
    let case = create("\"WXPAY\"", "\"wxpay\"");
    let words = "输入源“/body/receiver/transaction_info/type”映射到值字段“转账接收方订单类型”枚举规则校验失败，此字段的可选取值为“WXPAY、WXVALUE”";
    in_body(&case, words, "wxpay");

    let case = query(format!("{QUERY}?business_type=COMPENSATION"));
    let words = "输入源“/query/business_type”映射到值字段“业务类型”枚举规则校验失败，此字段的可选取值为“DEPOSIT_COMPENSATION、PLATFORM_AFTER_SALES_COMPENSATION、INSURANCE_CLAIM、DEPOSIT_AFTER_SALES_COMPENSATION”";
    golden(&case, words, Some("query"), json!("COMPENSATION"));
    golden(&query(format!("{QUERY}?business_type=")), words, Some("query"), json!(""));
}

const UNDEFINED: &str = "请求中含有未在API文档中定义的参数";

/// All of them are named, in the order of the body, and nothing else is looked at before.
#[test]
fn undefined() {
    let case = create("\"amount\" : 10000", "\"amount\" : \"x\", \"Amount\" : 1, \"note\" : \"\"");
    golden(&case, UNDEFINED, None, json!(["/body/Amount", "/body/note"]));
    let case = create("\"WXPAY\"", "\"WXPAY\", \"openid\" : {\"a\" : 1}");
    golden(&case, UNDEFINED, None, json!(["/body/receiver/transaction_info/openid"]));
    let case = create("\"type\" : \"TRANSACTION_USER\"", "\"kind\" : [], \"type\" : 1");
    golden(&case, UNDEFINED, None, json!(["/body/receiver/kind"]));
    let case = cancel(r#"{"reason":"x"}"#);
    golden(&case, UNDEFINED, None, json!(["/body/reason"]));
    golden(&query(format!("{QUERY}?a=1")), UNDEFINED, None, json!(["/query/a"]));
    let mut case = create("10000", "10000");
    case.target.push_str("?out_bill_no=plfk2020042013");
    golden(&case, UNDEFINED, None, json!(["/query/out_bill_no"]));
}

/// `null` is not a value of the API, wherever it stands.
#[test]
fn null() {
    for (field, value) in [
        ("transfer_remark", REMARK),
        ("user_recv_perception", PERCEPTION),
        ("amount", "10000"),
        ("receiver/type", "\"TRANSACTION_USER\""),
        ("receiver/transaction_info/type", "\"WXPAY\""),
    ] {
        let pointer = format!("/body/{field}");
        golden(&create(value, "null"), UNDEFINED, None, json!([pointer]));
    }
    let case = subsidy("\"订单退款\"", "null, \"x\" : null");
    golden(&case, UNDEFINED, None, json!(["/body/description", "/body/x"]));
}

#[test]
fn a_path_parameter_in_the_body() {
    let words = |name: &str, label: &str| {
        format!(
            "无法将输入源“/body/{name}”映射到目标字段“{label}”中，此字段并非多重字段但被输入源“/uri_template/{name}”映射过了。"
        )
    };
    let number = "1217752501201407033233368018";
    let case = reverse("{", &format!("{{ \"out_trade_no\" : \"{number}\","));
    bare(&case, &words("out_trade_no", "商户订单号"));
    let case = cancel(r#"{"out_bill_no":"plfk2020042013"}"#);
    bare(&case, &words("out_bill_no", "商户单号"));
    // Even if it is of the wrong type; an undefined field comes first.
    let case = cancel(r#"{"out_bill_no":[1]}"#);
    bare(&case, &words("out_bill_no", "商户单号"));
    let case = cancel(r#"{"out_bill_no":"plfk2020042013","x":1}"#);
    golden(&case, UNDEFINED, None, json!(["/body/x"]));
    let case = cancel(r#"{"out_bill_no":null}"#);
    golden(&case, UNDEFINED, None, json!(["/body/out_bill_no"]));
}

#[test]
fn a_path_parameter_that_breaks_its_rule() {
    let in_path = |target: String, message: &str, value: Json| {
        let mut case = reverse("{", "{");
        case.target = target;
        golden(&case, message, Some("uri_template"), value);
    };
    let path = |number: &str| format!("/v3/pay/transactions/out-trade-no/{number}/reverse");
    let words = |problem: &str| {
        format!(
            "输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，{problem}"
        )
    };
    in_path(path("12345"), &words("字节数 5，小于最小值 6"), json!(5));
    in_path(path(""), &words("字节数 0，小于最小值 6"), json!(0));
    in_path(path(&"1".repeat(33)), &words("字节数 33，大于最大值 32"), json!(33));
    let shown = r"字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*]+$”";
    // Escaped twice, decoded once: the percent sign is left over.
    in_path(path("a%252Ab_c1"), &words(shown), json!("a%2Ab_c1"));
    in_path(path("a%2Fb_c1"), &words(shown), json!("a/b_c1"));
    in_path(path("a+b_c1"), &words(shown), json!("a+b_c1"));
    in_path(path("100%25"), &words("字节数 4，小于最小值 6"), json!(4));
    in_path(path("abc%zzdef"), &words(shown), json!("abc%zzdef"));
    in_path(path("abcde%"), &words(shown), json!("abcde%"));
    in_path(path("%E5%95%86%E6%88%B7"), &words(shown), json!("商户"));
    let mut case = reverse("{", "{");
    case.target = path("abcdef%FF");
    bare(&case, "参数错误");
}

#[test]
fn a_query_parameter_that_stands_twice() {
    let twice = "business_type=INSURANCE_CLAIM&business_type=INSURANCE_CLAIM";
    bare(&query(format!("{QUERY}?{twice}")), "参数错误");
    bare(&query(format!("{QUERY}?x=1&x=2")), "参数错误");
}

#[test]
fn a_body_that_is_no_json_object() {
    let deep = "[".repeat(100_000);
    let deep_object = "{\"receiver\":".repeat(100_000);
    let twice = CREATE_REQUEST.replacen("{", "{ \"amount\" : 1,", 1);
    let twice_inside = CREATE_REQUEST.replace("\"WXPAY\"", "\"WXPAY\", \"t\\u0079pe\" : \"WXPAY\"");
    let twice_unknown = CREATE_REQUEST.replacen("{", "{ \"x\" : 1, \"x\" : 1,", 1);
    let bom = format!("\u{feff}{CREATE_REQUEST}");
    let trailing = format!("{CREATE_REQUEST}{{}}");
    let infinite = CREATE_REQUEST.replace("10000", "1e400");
    let surrogate = CREATE_REQUEST.replace(REMARK, r#""\ud83d""#);
    let control = CREATE_REQUEST.replace(REMARK, "\"a\nb\"");
    let half = &CREATE_REQUEST[..CREATE_REQUEST.len() / 2];
    let form = "out_bill_no=plfk2020042013&amount=10000";
    for body in [
        "",
        " ",
        "null",
        "[]",
        "1",
        "\"\"",
        "true",
        "{",
        "}",
        "{]",
        "{'amount':1}",
        "{\"amount\":NaN}",
        "{\"amount\":01}",
        "{\"amount\":1,}",
        "\0",
        form,
        half,
        &deep,
        &deep_object,
        &twice,
        &twice_inside,
        &twice_unknown,
        &bom,
        &trailing,
        &infinite,
        &surrogate,
        &control,
    ] {
        let (target, body) = (CREATE.to_owned(), body.to_owned());
        bare(&Case { decode: error_of::<Create>, target, body }, "参数错误");
    }
    let error = wire::decode::<Create>(CREATE, b"{\"transfer_remark\":\"\xff\"}").unwrap_err();
    assert_eq!(error, ParamError::generic());
}
