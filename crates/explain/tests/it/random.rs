//! Corruptions that are none of the known mistakes, and bytes that are nothing at all.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use redress_explain::{
    CapturedAnswer, CapturedRequest, Known, Proof, Verdict, explain_answer, explain_request,
};

use crate::world::{BODY, GET_TARGET, KNOWN, Sent, TEMPLATES};

const CORRUPTIONS: usize = 10_000;

/// A small generator that gives the same numbers every time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).expect("a small number");
        usize::try_from(self.next() % limit).expect("a small number")
    }
}

/// One to four edits, of a byte each or of a run; or a way to print that no library has.
fn corrupted(right: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut text = right.to_vec();
    let edits = 1 + numbers.below(4);
    let mut made = 0;
    while made < edits || text == right {
        made += 1;
        let at = numbers.below(text.len());
        match numbers.below(6) {
            0 => text[at] ^= 1 << numbers.below(8),
            1 => text.insert(at, u8::try_from(numbers.below(256)).expect("a byte")),
            2 if text.len() > 8 => drop(text.remove(at)),
            3 => text.rotate_left(at),
            4 => {
                let end = (at + numbers.below(20)).min(text.len());
                let run = text[at..end].to_vec();
                text.splice(at..at, run);
            }
            _ => {
                let spaced = String::from_utf8_lossy(&text).replace(':', " : ");
                text = spaced.into_bytes();
            }
        }
    }
    text
}

/// Whatever is said of a corruption is true: either it is unknown, or what is named is exactly
/// the text that was signed. A few corruptions are known mistakes by accident.
#[test]
fn ten_thousand_other_corruptions_are_unknown() {
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    let accidents = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let accidents = &accidents;
            scope.spawn(move || {
                for number in (thread..CORRUPTIONS).step_by(threads) {
                    let seed = u64::try_from(number).expect("a small number");
                    let mut numbers = Numbers(seed);
                    let sent =
                        if number % 4 == 0 { Sent::post(BODY) } else { Sent::get(GET_TARGET) };
                    let signed = corrupted(&sent.right(), &mut numbers);
                    let explanation = sent.explained(&signed);
                    if explanation.verdict == Verdict::Unknown {
                        assert_eq!(explanation.proof, Proof::Key, "seed {seed}");
                        continue;
                    }
                    let said = explanation.signed.as_deref().or(explanation.expected.as_deref());
                    assert_eq!(said, Some(&*String::from_utf8_lossy(&signed)), "seed {seed}");
                    accidents.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let accidents = accidents.into_inner();
    assert!(accidents < CORRUPTIONS / 50, "{accidents} are known mistakes");
}

fn headers(values: &[(usize, Vec<u8>)]) -> HeaderMap {
    const NAMES: [&str; 8] = [
        "authorization",
        "accept",
        "content-type",
        "date",
        "wechatpay-timestamp",
        "wechatpay-nonce",
        "wechatpay-signature",
        "wechatpay-serial",
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(NAMES[name % NAMES.len()]), value);
        }
    }
    headers
}

fn item() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        "WECHATPAY2-SHA256-RSA2048 (mchid|sign|timestamp)=[\"']?[0-9a-z+/=]{0,20}[\"']?,.{0,40}"
            .prop_map(String::into_bytes),
        "multipart/form-data; ?boundary=[a-z\"]{0,4}".prop_map(String::into_bytes),
        "[0-9]{0,20}".prop_map(String::into_bytes),
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "[{}\\[\\]\",:\\\\u0-9a-f \n]{0,60}".prop_map(String::into_bytes),
        "\\{\"[a-z]{0,3}\":(\\[1,null\\]|\"\\\\\\\\u00e9/\"|-1\\.5e3)\\}"
            .prop_map(String::into_bytes),
        Just(BODY.as_bytes().to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_makes_it_panic(
        method in "\\PC{0,8}",
        target in "(/v3/)?[a-z%?&=/#{}张]{0,40}|\\PC{0,40}",
        values in proptest::collection::vec((0..8_usize, item()), 0..8),
        body in body(),
        now in any::<Option<i64>>(),
    ) {
        let headers = headers(&values);
        let known = Known { keys: &KNOWN, templates: TEMPLATES };
        let captured =
            CapturedRequest { method: &method, target: &target, headers: &headers, body: &body };
        let said = explain_request(&captured, &known, now);
        prop_assert!(said.verdict != Verdict::Good && !said.en.is_empty() && !said.zh.is_empty());
        let captured = CapturedAnswer { headers: &headers, body: &body };
        let said = explain_answer(&captured, &known, &[], now);
        prop_assert!(said.verdict != Verdict::Good && !said.en.is_empty() && !said.zh.is_empty());
    }

    #[test]
    fn no_signed_text_makes_it_panic(
        target in "(/v3/)?[a-z%?&=/#{}张0-9]{0,40}",
        nonce in "[ -!#-~]{1,40}",
        timestamp in "[0-9]{1,16}",
        body in body(),
        signed in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let sent = Sent { target, nonce, timestamp, ..Sent::post(body) };
        let said = sent.explained(&signed);
        prop_assert!(said.proof >= Proof::Key);
        let said = sent.explained(&sent.right());
        prop_assert_eq!(said.proof, Proof::Digest);
    }
}
