//! Keys, requests, and how a client signs them, right or wrong.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use redress_crypto::{PrivateKey, Serial};
use redress_explain::{CapturedRequest, Explanation, Known, KnownKey, Role, explain_request};

pub(crate) const MCHID: &str = "1900007291";
pub(crate) const OTHER_MCHID: &str = "1900009231";
pub(crate) const SERIAL: &str = "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C";
pub(crate) const SECOND_SERIAL: &str = "2EEF55AD98ED71D6EDD4A4A16996DE7B47773A8C";
pub(crate) const OTHER_SERIAL: &str = "3FFF55AD98ED71D6EDD4A4A16996DE7B47773A8C";
pub(crate) const PLATFORM_SERIAL: &str = "4AAA55AD98ED71D6EDD4A4A16996DE7B47773A8C";
pub(crate) const TIMESTAMP: &str = "1554208460";
pub(crate) const NOW: i64 = 1_554_208_465;
pub(crate) const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";

pub(crate) const TEMPLATES: &[&str] = &[
    "/v3/pay/transactions/jsapi",
    "/v3/pay/transactions/out-trade-no/{out_trade_no}",
    "/v3/pay/transactions/out-trade-no/{out_trade_no}/close",
    "/v3/ecommerce/fund/balance/{sub_mchid}",
];

pub(crate) const BODY: &str = concat!(
    r#"{"appid":"wxd678efh567hg6787","mchid":"1900007291","description":"图文 <旅卡> & 票","#,
    r#""out_trade_no":"1217752501201407033233368018","#,
    r#""notify_url":"https://www.weixin.qq.com/wxpay/pay.php","#,
    r#""amount":{"total":100,"currency":"CNY"},"goods_tag":"","attach":null}"#,
);

pub(crate) const GET_TARGET: &str =
    "/v3/pay/transactions/out-trade-no/1217752501201407033233368018?mchid=1900007291";

pub(crate) struct Keys {
    pub(crate) own: PrivateKey,
    pub(crate) second: PrivateKey,
    pub(crate) other: PrivateKey,
    pub(crate) platform: PrivateKey,
    pub(crate) stranger: PrivateKey,
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let key = || PrivateKey::generate().expect("of this file");
    Keys { own: key(), second: key(), other: key(), platform: key(), stranger: key() }
});

pub(crate) static KNOWN: LazyLock<Vec<KnownKey>> = LazyLock::new(|| {
    let known = |owner: &str, role, serial, key: &PrivateKey| KnownKey {
        owner: owner.to_owned(),
        role,
        serial: Serial::parse(serial).expect("of this file"),
        key: key.public_key(),
    };
    vec![
        known("platform", Role::Platform, PLATFORM_SERIAL, &KEYS.platform),
        known(OTHER_MCHID, Role::Merchant, OTHER_SERIAL, &KEYS.other),
        known(MCHID, Role::Merchant, SECOND_SERIAL, &KEYS.second),
        known(MCHID, Role::Merchant, SERIAL, &KEYS.own),
    ]
});

/// A request as it is sent.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) timestamp: String,
    pub(crate) nonce: String,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Sent {
    pub(crate) fn get(target: &str) -> Self {
        Self {
            method: "GET",
            target: target.to_owned(),
            timestamp: TIMESTAMP.to_owned(),
            nonce: NONCE.to_owned(),
            body: Vec::new(),
            headers: vec![
                ("accept", "application/json".to_owned()),
                ("user-agent", "test".to_owned()),
                ("host", "127.0.0.1:8790".to_owned()),
            ],
        }
    }

    pub(crate) fn post(body: impl Into<Vec<u8>>) -> Self {
        let target = "/v3/pay/transactions/jsapi".to_owned();
        Self { method: "POST", target, body: body.into(), ..Self::get("") }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn right(&self) -> Vec<u8> {
        let Self { method, target, timestamp, nonce, body, .. } = self;
        let mut text = format!("{method}\n{target}\n{timestamp}\n{nonce}\n").into_bytes();
        text.extend_from_slice(body);
        text.push(b'\n');
        text
    }

    pub(crate) fn authorization(&self, signature: &str) -> String {
        let Self { timestamp, nonce, .. } = self;
        format!(
            "WECHATPAY2-SHA256-RSA2048 mchid=\"{MCHID}\",nonce_str=\"{nonce}\",\
             signature=\"{signature}\",timestamp=\"{timestamp}\",serial_no=\"{SERIAL}\""
        )
    }

    /// What is said of it when it carries this value of `Authorization`.
    pub(crate) fn explained_with(&self, authorization: &str) -> Explanation {
        self.explained_by(&map(&self.headers, Some(authorization)))
    }

    pub(crate) fn explained_by(&self, headers: &HeaderMap) -> Explanation {
        let captured = CapturedRequest {
            method: self.method,
            target: &self.target,
            headers,
            body: &self.body,
        };
        explain_request(&captured, &Known { keys: &KNOWN, templates: TEMPLATES }, Some(NOW))
    }

    /// What is said of it when this text was signed.
    pub(crate) fn explained(&self, signed: &[u8]) -> Explanation {
        self.explained_with(&self.authorization(&KEYS.own.sign(signed)))
    }
}

pub(crate) fn map(headers: &[(&'static str, String)], authorization: Option<&str>) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("of this file"),
        );
    }
    if let Some(value) = authorization {
        map.append(
            "authorization",
            HeaderValue::from_bytes(value.as_bytes()).expect("of this file"),
        );
    }
    map
}

pub(crate) fn ids(explanation: &Explanation) -> Vec<&'static str> {
    explanation.causes.iter().map(|cause| cause.id).collect()
}
