//! What a signature covers, and whose it must be.

use redress_crypto::Authorization;

use crate::auth::{NO_CERTIFICATE, SERIAL, SIGNATURE, UNKNOWN, items, query};
use crate::caller::{Caller, Draft};
use crate::world::{BILL, SUBSIDIES, World, bill, cancel};

fn signed(caller: &Caller, authorization: &Authorization) -> Draft {
    query(caller).with("Authorization", &authorization.to_string())
}

#[tokio::test]
async fn number_serial_and_key_belong_together() {
    let world = World::start().await;
    let (caller, other) = (&world.platform, &world.direct);
    let good = items(caller);
    let with = |change: &dyn Fn(&mut Authorization)| {
        let mut claim = good.clone();
        change(&mut claim);
        signed(caller, &claim)
    };
    world.refused(&with(&|claim| claim.mchid = "1999999999".to_owned()), NO_CERTIFICATE).await;
    world.refused(&with(&|claim| claim.serial_no = "7777".to_owned()), SERIAL).await;
    world.refused(&with(&|claim| claim.serial_no = "not hexadecimal".to_owned()), SERIAL).await;
    world.refused(&with(&|claim| claim.serial_no.clone_from(&other.serial)), SERIAL).await;
    world.refused(&with(&|claim| claim.serial_no.clone_from(&caller.public_key_id)), SERIAL).await;
    // Compared as numbers, because clients print them in either case and some with zeros.
    world.refused(&with(&|claim| claim.serial_no = claim.serial_no.to_lowercase()), UNKNOWN).await;
    world.refused(&with(&|claim| claim.serial_no.insert_str(0, "00")), UNKNOWN).await;
    // Another merchant's number, serial or key in any mixture.
    world.refused(&with(&|claim| claim.mchid.clone_from(&other.mchid)), SERIAL).await;
    let foreign = items(other);
    world.refused(&with(&|claim| claim.signature.clone_from(&foreign.signature)), SIGNATURE).await;
    let mixed = Caller { key: other.key.clone(), ..caller.clone() };
    world.refused(&signed(caller, &items(&mixed)), SIGNATURE).await;
    let mixed = Caller { key: caller.key.clone(), ..other.clone() };
    world.refused(&signed(caller, &items(&mixed)), SIGNATURE).await;
    for signature in ["x", "====", "AAAA", "WECHATPAY/SIGNTEST/AAAA"] {
        world.refused(&with(&|claim| claim.signature = signature.to_owned()), SIGNATURE).await;
    }
    // A signature that is another merchant's in full is that merchant's call.
    let no_auth = (403, "NO_AUTH", "商户无权限调用该接口，请确认商户类型及产品权限");
    world.refused(&signed(caller, &foreign), no_auth).await;
}

#[tokio::test]
async fn the_signature_covers_every_byte_as_sent() {
    let world = World::start().await;
    let caller = &world.platform;
    let body = r#"{"sub_mchid":"1900013401","transaction_id":"1","description":"a"}"#;
    let draft = caller.post(SUBSIDIES, body);
    for sent in [
        body.replace("\"a\"", "\"b\""),
        format!("{body} "),
        format!("{body}\n"),
        body.replace(':', ": "),
        String::new(),
    ] {
        world.refused(&draft.clone().sending(sent.as_bytes()), SIGNATURE).await;
    }
    // The target is signed as it goes over the wire, not as it reads once it is decoded.
    let encoded = bill("plfk%32020042013");
    let mut draft = caller.get(&encoded);
    world.refused(&draft, UNKNOWN).await;
    draft.target = bill(BILL);
    world.refused(&draft, SIGNATURE).await;
    let mut draft = query(caller);
    draft.target = encoded;
    world.refused(&draft, SIGNATURE).await;
    let mut draft = query(caller);
    draft.target += "?business_type=INSURANCE_CLAIM";
    world.refused(&draft, SIGNATURE).await;
    let mut draft = query(caller);
    draft.target += "?";
    world.refused(&draft, SIGNATURE).await;
    world.refused(&caller.get(&format!("{}?", bill(BILL))), UNKNOWN).await;
    // The method is signed too, and the host is not.
    let mut draft = caller.get(&cancel(BILL));
    "POST".clone_into(&mut draft.method);
    world.refused(&draft, SIGNATURE).await;
    let mut draft = query(caller);
    draft.target = format!("http://api.mch.weixin.qq.com{}", draft.target);
    world.refused(&draft, UNKNOWN).await;
}

#[tokio::test]
async fn a_wrong_signature_is_explained() {
    let world = World::start().await;
    world.waiting(BILL).await;
    // Some libraries sign nothing and send an empty object.
    let draft = world.platform.post(&cancel(BILL), "").sending(b"{}");
    let authorization = Authorization::parse(draft.value("Authorization")).unwrap();
    let refused = world.refused(&draft, SIGNATURE).await;
    let message = format!(
        "POST\n{}\n{}\n{}\n{{}}\n",
        cancel(BILL),
        authorization.timestamp,
        authorization.nonce_str
    );
    let detail = serde_json::json!({
        "detail": { "issue": "sign not match" },
        "field": "signature",
        "location": "authorization",
        "sign_information": {
            "method": "POST",
            "sign_message_length": message.len(),
            "truncated_sign_message": message,
            "url": cancel(BILL),
        },
    });
    assert_eq!(refused["detail"], detail);

    // The body is cut, though no character is cut in two; the length is that of the whole.
    for (body, shown) in [
        (r#"{"amount":{"total":100}}"#, r#"{"amount"#),
        (r#"{"x":1}"#, r#"{"x":1}"#),
        (r#"{"xy":1}"#, r#"{"xy":1}"#),
        (r#"{"xyz":1}"#, r#"{"xyz":1"#),
        (r#"{"a描描":1}"#, r#"{"a描"#),
    ] {
        let draft = world.platform.post(SUBSIDIES, "").sending(body.as_bytes());
        let refused = world.refused(&draft, SIGNATURE).await;
        let information = &refused["detail"]["sign_information"];
        let whole = information["truncated_sign_message"].as_str().unwrap();
        assert_eq!(whole.split('\n').nth(4), Some(shown));
        assert!(whole.ends_with(&format!("{shown}\n")), "{whole}");
        let cut = body.len() - shown.len();
        assert_eq!(information["sign_message_length"], whole.len() + cut);
    }
    // Nothing else is cut.
    let mut draft = world.platform.get(&bill(BILL));
    draft.target = format!("{}?{}", bill(BILL), "a".repeat(2000));
    let information = world.refused(&draft, SIGNATURE).await["detail"]["sign_information"].take();
    assert_eq!(information["url"], draft.target);
    let whole = information["truncated_sign_message"].as_str().unwrap();
    assert_eq!(information["sign_message_length"], whole.len());
}

/// A request may be sent again as it is, to the other host for instance.
#[tokio::test]
async fn a_signed_request_may_be_sent_again() {
    let world = World::start().await;
    world.waiting(BILL).await;
    let draft = world.platform.post(&cancel(BILL), "");
    let first = world.ok(&draft).await;
    world.until(BILL, "CANCELLED").await;
    assert_eq!(world.ok(&draft).await["cancel_accept_time"], first["cancel_accept_time"]);
}
