//! Explanations of signatures, right and wrong.

use std::sync::LazyLock;

use http::HeaderMap;
use redress::crypto::{Authorization, ResponseSignature, request_message, response_message};
use redress_explain::{
    CapturedAnswer, CapturedRequest, Explanation, Known, KnownKey, Proof, Role, explain_answer,
    explain_request,
};

use super::platform::{MERCHANT, NOW, PLATFORM_KEY, first_line, headers, platform_serial};

const TEMPLATES: &[&str] = &[
    "/v3/pay/transactions/jsapi",
    "/v3/pay/transactions/out-trade-no/{out_trade_no}",
    "/v3/ecommerce/fund/balance/{sub_mchid}",
];
/// The longest explanation, in bytes of JSON.
const EXPLANATION_BYTES_MAX: usize = 64 * 1024;

/// The signature of a text that no message leads to.
static OTHER: LazyLock<String> = LazyLock::new(|| PLATFORM_KEY.sign(b"another text altogether"));

static KNOWN: LazyLock<[KnownKey; 2]> = LazyLock::new(|| {
    let key = PLATFORM_KEY.public_key();
    let merchant = KnownKey {
        owner: MERCHANT.mchid().to_string(),
        role: Role::Merchant,
        serial: MERCHANT.serial_no().clone(),
        key: key.clone(),
    };
    let owner = "platform".to_owned();
    [merchant, KnownKey { owner, role: Role::Platform, serial: platform_serial(), key }]
});

/// A request: a line with method and target, lines of headers, an empty line, the body. An answer:
/// `answer` in place of the first line. Where a header says `{right}`, the signature of the right
/// text stands in its place, and for `{other}` that of another. The right text is found to be
/// right, and nothing is proven of another.
pub fn explain(data: &[u8]) {
    let Some((first, rest)) = first_line(data) else { return };
    let end = rest.windows(2).position(|two| two == b"\n\n");
    let (head, body) = end.map_or((rest, &b""[..]), |at| (&rest[..at], &rest[at + 2..]));
    let sent = headers(head);
    let right = String::from_utf8_lossy(head).contains("{right}");
    let other = String::from_utf8_lossy(head).contains("{other}");
    let known = Known { keys: &*KNOWN, templates: TEMPLATES };
    let (explanation, signed) = if first == "answer" {
        let read = ResponseSignature::from_headers(&sent).ok().filter(|_| right);
        let text = read.map(|read| response_message(&read.timestamp, &read.nonce, body));
        let headers = with_signature(&sent, text.as_deref());
        let captured = CapturedAnswer { headers: &headers, body };
        let explanation = explain_answer(&captured, &known, &[], Some(NOW));
        (explanation, text.is_some())
    } else {
        let Some((method, target)) = first.split_once(' ') else { return };
        let claimed = sent.get("authorization").and_then(|value| value.to_str().ok());
        let read = claimed.and_then(|text| Authorization::parse(text).ok()).filter(|_| right);
        let text = read
            .map(|read| request_message(method, target, &read.timestamp, &read.nonce_str, body));
        let headers = with_signature(&sent, text.as_deref());
        let captured = CapturedRequest { method, target, headers: &headers, body };
        let explanation = explain_request(&captured, &known, Some(NOW));
        // Of an upload only a part is signed, and there may be several headers.
        let whole = !sent.contains_key("content-type");
        let single = sent.get_all("authorization").iter().count() == 1;
        (explanation, text.is_some() && whole && single)
    };
    let printed = serde_json::to_string(&explanation).expect("an explanation prints");
    assert!(printed.len() <= EXPLANATION_BYTES_MAX, "an explanation of {} bytes", printed.len());
    assert!(!explanation.to_string().is_empty());
    if other && !right {
        unproven(&explanation);
    }
    if signed && !other {
        assert!(explanation.signed.is_none() && explanation.parted.is_none(), "{explanation}");
    }
}

fn unproven(explanation: &Explanation) {
    assert_ne!(explanation.proof, Proof::Digest, "{explanation}");
    assert!(explanation.signed.is_none(), "{explanation}");
}

/// The headers with signatures in place of what stands for them.
fn with_signature(sent: &HeaderMap, right: Option<&[u8]>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in sent {
        let Ok(text) = value.to_str() else {
            headers.append(name, value.clone());
            continue;
        };
        let mut text = text.replace("{other}", &OTHER);
        if let (true, Some(right)) = (text.contains("{right}"), right) {
            text = text.replace("{right}", &PLATFORM_KEY.sign(right));
        }
        if let Ok(value) = text.parse() {
            headers.append(name, value);
        }
    }
    headers
}
