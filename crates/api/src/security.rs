//! `POST /v3/security/echo`: a merchant tries its signing, checking, sealing and opening.
//!
//! Page: 商户签名验签/加解密测试, <https://pay.weixin.qq.com/doc/v3/partner/4015139289>; its callback:
//! <https://pay.weixin.qq.com/doc/v3/partner/4019605946>.

use http::Method;

use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH};
use crate::field::message;
use crate::id::NotifyUrl;
use crate::rate::Rate;
use crate::text::text;

text! {
    /// What is said back: 1–1024 characters.
    EchoMessage, Chars 1..=1024
}

text! {
    /// Base64 of what was sealed for the platform's key: 1–1024 characters. One block of a key of
    /// 2048 bits has 344.
    SealedMessage, Chars 1..=1024
}

request! {
    /// Say this back. The request's `Wechatpay-Serial` names the key that the answer is signed
    /// with, and that the sealed message was sealed for.
    pub struct Echo {
        /// Where to tell of it. Without it nobody is told.
        pub notify_url: Option<NotifyUrl> = "商户回调地址",
        /// In the clear.
        pub echo_message: EchoMessage = "回显信息",
        /// Sealed for the platform's key.
        pub encrypted_echo_message: Option<SealedMessage> = "平台证书或微信支付公钥加密测试字段",
    }
}

message! {
    /// What was said.
    pub struct Echoed {
        /// As it was sent.
        pub echo_message: String = "回显信息",
        /// What the platform opened, sealed for the key of the certificate that signed the request.
        pub encrypted_echo_message: Option<String> = "平台证书或微信支付公钥加密测试字段",
    }
}

message! {
    /// `SECURITY_ECHO.SUCCESS`: the same in a callback, where one name differs.
    pub struct EchoNotice {
        /// As it was sent.
        pub echo_message: String = "回显信息",
        /// As in the answer.
        pub encrypt_echo_message: Option<String> = "平台证书或微信支付公钥加密测试字段",
    }
}

impl Endpoint for Echo {
    type Response = Echoed;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/security/echo";
    const PAGE: Page = Page {
        title: "商户签名验签/加解密测试",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4015139289",
        updated: Some("2026-04-08"),
    };
    const SUPPORTED: Supported = Supported::All;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}

impl Change for Echo {
    type Query = Self;
}
