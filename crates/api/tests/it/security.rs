//! The test of a merchant's keys: the page's example, field tables, and the words of what is
//! refused.

use redress_api::field::Message;
use redress_api::security::{Echo, EchoNotice};
use redress_api::wire;
use serde_json::{Value as Json, json};

use crate::facts::at;
use crate::fields::printed;
use crate::pages::{answers, travels};

const REQUEST: &str = include_str!("../pages/security_echo.request.json");
const ECHO: &str = "/v3/security/echo";

#[test]
fn the_echo_request_and_answers() {
    let echo: Echo = travels(ECHO, REQUEST);
    assert_eq!(echo.echo_message.as_str(), "hello");
    let echo: Echo = travels(ECHO, r#"{"echo_message":"hello"}"#);
    assert_eq!((echo.notify_url, echo.encrypted_echo_message), (None, None));
    let echoed = answers::<Echo>(r#"{"echo_message":"hello","encrypted_echo_message":"c2VhbGVk"}"#);
    assert_eq!(echoed.encrypted_echo_message.as_deref(), Some("c2VhbGVk"));
    let echoed = answers::<Echo>(r#"{"echo_message":"hello"}"#);
    assert_eq!(echoed.encrypted_echo_message, None);
}

#[test]
fn fields_of_the_echo_are_those_of_the_page() {
    let echo = at("POST", ECHO);
    let answer =
        "echo_message*【回显信息】 encrypted_echo_message【平台证书或微信支付公钥加密测试字段】";
    assert_eq!(printed(echo.request), format!("notify_url【商户回调地址】 {answer}"));
    assert_eq!(printed(echo.response), answer);
    assert_eq!(printed(EchoNotice::FIELDS), answer.replace("encrypted_", "encrypt_"));
}

#[test]
fn an_echo_that_breaks_a_rule_is_refused_in_the_providers_words() {
    let long = "长".repeat(1025);
    let must = |pointer: &str, label: &str, words: &str| {
        format!("输入源“/body/{pointer}”映射到值字段“{label}”字符串规则校验失败，{words}")
    };
    let echoed = |words| must("echo_message", "回显信息", words);
    let sealed =
        |words| must("encrypted_echo_message", "平台证书或微信支付公钥加密测试字段", words);
    let of = |name: &str, value: Json| {
        let mut body: Json = serde_json::from_str(REQUEST).expect("JSON");
        body[name] = value;
        body
    };
    for (body, message) in [
        (
            json!({}),
            "输入源“/body/echo_message”映射到字段“回显信息”必填性规则校验失败，此字段为必填项"
                .to_owned(),
        ),
        (of("echo_message", "".into()), echoed("字符数 0，小于最小值 1")),
        (of("echo_message", long.clone().into()), echoed("字符数 1025，大于最大值 1024")),
        (of("encrypted_echo_message", "".into()), sealed("字符数 0，小于最小值 1")),
        (of("encrypted_echo_message", long.into()), sealed("字符数 1025，大于最大值 1024")),
    ] {
        let error = wire::decode::<Echo>(ECHO, body.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.message, message);
    }
}
