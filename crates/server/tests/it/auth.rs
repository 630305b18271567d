//! Who calls: the order of the checks, and every message of a signature that is refused.

use redress_crypto::{Authorization, SCHEME};

use crate::caller::{Caller, Draft, now};
use crate::world::{BILL, SUBSIDIES, World, bill};

pub(crate) type Refusal = (u16, &'static str, &'static str);

pub(crate) const HEADERS: Refusal = (400, "INVALID_REQUEST", "Http头缺少Accept或User-Agent");
pub(crate) const SCHEMES: Refusal = (401, "SIGN_ERROR", "Http头Authorization认证类型不正确");
pub(crate) const FORMAT: Refusal =
    (401, "SIGN_ERROR", "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》");
pub(crate) const STALE: Refusal =
    (401, "SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟");
pub(crate) const NO_CERTIFICATE: Refusal = (
    401,
    "SIGN_ERROR",
    "商户未申请过证书。请到商户平台上申请证书授权机构颁发的证书。详情可参考:http://kf.qq.com/faq/180824JvUZ3i180824YvMNJj.html。",
);
pub(crate) const SERIAL: Refusal =
    (401, "SIGN_ERROR", "商户证书序列号有误。请使用签名私钥匹配的证书序列号");
pub(crate) const SIGNATURE: Refusal = (401, "SIGN_ERROR", "错误的签名，验签失败");
pub(crate) const UNKNOWN: Refusal = (404, "NOT_FOUND", "查询单据不存在");

/// A query that is signed well, and answered 404 because there is no such bill.
pub(crate) fn query(caller: &Caller) -> Draft {
    caller.get(&bill(BILL))
}

/// The items of its signature, to be changed.
pub(crate) fn items(caller: &Caller) -> Authorization {
    caller.sign("GET", &bill(BILL), b"", &now().to_string())
}

#[tokio::test]
async fn checks_come_in_the_providers_order() {
    let world = World::start().await;
    let caller = &world.platform;
    // All at once is wrong; each step puts one thing right.
    let mut claim = Authorization {
        mchid: "1999999999".to_owned(),
        serial_no: "ABCDEF".to_owned(),
        ..caller.sign("POST", SUBSIDIES, b"{}", &(now() - 400).to_string())
    };
    let mut draft = caller.post(SUBSIDIES, "{").without("Accept").without("Authorization");
    world.refused(&draft, HEADERS).await;
    draft = draft.and("Accept", "application/json");
    world.refused(&draft, FORMAT).await;
    draft = draft.with("Authorization", &claim.to_string().replace(SCHEME, "Basic"));
    world.refused(&draft, SCHEMES).await;
    draft = draft.with("Authorization", &claim.to_string().replace(",nonce_str", ",nonce"));
    world.refused(&draft, FORMAT).await;
    draft = draft.with("Authorization", &claim.to_string());
    world.refused(&draft, STALE).await;
    claim.timestamp = now().to_string();
    draft = draft.with("Authorization", &claim.to_string());
    world.refused(&draft, NO_CERTIFICATE).await;
    claim.mchid.clone_from(&world.direct.mchid);
    draft = draft.with("Authorization", &claim.to_string());
    world.refused(&draft, SERIAL).await;
    claim.serial_no.clone_from(&world.direct.serial);
    draft = draft.with("Authorization", &claim.to_string());
    world.refused(&draft, SIGNATURE).await;
    // A signature that fits: parameters, then permission.
    let draft = world.direct.post(SUBSIDIES, "{");
    world.refused(&draft, (400, "PARAM_ERROR", "参数错误")).await;
    let body = r#"{"sub_mchid":"1","transaction_id":"1","description":"x"}"#;
    let no_auth = (403, "NO_AUTH", "商户无权限调用该接口，请确认商户类型及产品权限");
    world.refused(&world.direct.post(SUBSIDIES, body), no_auth).await;
    let no_relation = (400, "INVALID_REQUEST", "受理关系不存在");
    world.refused(&world.platform.post(SUBSIDIES, body), no_relation).await;
    // A path or method that is not served comes before everything.
    let draft = caller.get("/v3/nothing").without("Accept").without("Authorization");
    assert_eq!(world.send(&draft).await.status, 404);
    let draft = caller.get(SUBSIDIES).without("Accept").without("Authorization");
    assert_eq!(world.send(&draft).await.status, 405);
}

#[tokio::test]
async fn accept_and_user_agent_are_demanded() {
    let world = World::start().await;
    let draft = query(&world.platform);
    for name in ["Accept", "User-Agent"] {
        world.refused(&draft.clone().without(name), HEADERS).await;
        world.refused(&draft.clone().with(name, ""), HEADERS).await;
        world.refused(&draft.clone().without(name).without("Authorization"), HEADERS).await;
    }
}

#[tokio::test]
async fn the_authorization_is_read_strictly() {
    let world = World::start().await;
    let caller = &world.platform;
    let draft = query(caller);
    let good = draft.value("Authorization").to_owned();
    world.refused(&draft.clone().without("Authorization"), FORMAT).await;
    world.refused(&draft.clone().with("Authorization", ""), FORMAT).await;
    world.refused(&draft.clone().and("Authorization", &good), FORMAT).await;
    for scheme in [
        "Bearer",
        "WECHATPAY2-SM2-WITH-SM3",
        "wechatpay2-sha256-rsa2048",
        "WECHATPAY-BRAND-SHA256-RSA2048",
    ] {
        let value = good.replace(SCHEME, scheme);
        world.refused(&draft.clone().with("Authorization", &value), SCHEMES).await;
    }
    let items: Vec<&str> = good.strip_prefix(SCHEME).unwrap().trim().split(',').collect();
    let join = |items: &[&str]| format!("{SCHEME} {}", items.join(","));
    let mut garbled = vec![
        SCHEME.to_owned(),
        format!("{SCHEME} "),
        good.replace('"', ""),
        good.replace('"', "'"),
        good.replace(',', ";"),
        good.replace(',', " "),
        format!("{good},"),
        format!("{good},extra=\"1\""),
        good.replace("mchid=", "merchant="),
        good.replace("mchid=\"", "mchid=\"0"),
        good.replace("mchid=\"", "mchid=\"x"),
        good.replace("mchid=\"1900001108\"", "mchid=\"\""),
        good.replace("timestamp=\"", "timestamp=\"x"),
        good.replace("timestamp=\"", "timestamp=\"-"),
        format!("{good}, {}", "x".repeat(5000)),
    ];
    for index in 0..items.len() {
        let mut missing = items.clone();
        missing.remove(index);
        garbled.push(join(&missing));
        let mut twice = items.clone();
        twice.push(items[index]);
        garbled.push(join(&twice));
    }
    for value in garbled {
        world.refused(&draft.clone().with("Authorization", &value), FORMAT).await;
    }
}

#[tokio::test]
async fn a_signature_is_good_for_five_minutes() {
    let world = World::start().await;
    let caller = &world.platform;
    let at = |timestamp: String| {
        let authorization = caller.sign("GET", &bill(BILL), b"", &timestamp);
        query(caller).with("Authorization", &authorization.to_string())
    };
    world.refused(&at((now() - 301).to_string()), STALE).await;
    world.refused(&at((now() - 290).to_string()), UNKNOWN).await;
    world.refused(&at((now() + 299).to_string()), UNKNOWN).await;
    // Two seconds more, because the server reads its clock later.
    world.refused(&at((now() + 303).to_string()), STALE).await;
    for other in [now() * 1000, 0, 9_999_999_999_999_999] {
        world.refused(&at(other.to_string()), STALE).await;
    }
    world.refused(&at(format!("{}.0", now())), FORMAT).await;
    world.refused(&at("99999999999999999".to_owned()), FORMAT).await;
}
