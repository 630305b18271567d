//! Explains an answer or a callback that a merchant's program refuses: the platform's signature
//! is right for some text, and what the program has is another one.

use http::HeaderMap;
use redress_crypto::{PublicKey, SCHEME, Serial, WINDOW_SECONDS};

use crate::capture::{CapturedAnswer, Known, KnownKey, Role};
use crate::catalogue::changes::{self, self as m};
use crate::explanation::{Cause, Explanation, Proof};
use crate::head::{clock, off_seconds};
use crate::parts::Parts;
use crate::request::{not_opened, texts};
use crate::search;
use crate::signature;

/// What the platform's probing signatures begin with.
const PROBE: &str = "WECHATPAY/SIGNTEST/";

/// Says why a program refuses an answer or a callback.
///
/// `verifiers` are the keys that the program checks with, if they are known. `now` is the present
/// Unix time, in seconds; without it nothing is said of a stale timestamp.
pub fn explain_answer(
    captured: &CapturedAnswer<'_>,
    known: &Known<'_>,
    verifiers: &[PublicKey],
    now: Option<i64>,
) -> Explanation {
    let CapturedAnswer { headers, body } = *captured;
    let mut causes = Vec::new();
    let [timestamp, nonce, signature, serial] = items(headers, &mut causes);
    let parts = Parts::answer(timestamp, nonce, headers, body);
    if let Some(off) = off_seconds(timestamp, now)
        && off.unsigned_abs() >= WINDOW_SECONDS.unsigned_abs()
    {
        causes.push(clock(&m::STALE, off));
    }
    let kind = headers.get("Wechatpay-Signature-Type");
    if kind.is_some_and(|kind| kind.as_bytes() != SCHEME.as_bytes()) {
        causes.push(Cause::of(&m::TYPE));
    }
    if signature.starts_with(PROBE) {
        causes.push(Cause::of(&m::PROBE));
        return Explanation::new(Proof::Header, causes, None, false)
            .with_texts(&parts.right(), None);
    }
    let named = Serial::parse(serial).ok();
    let platform = |key: &&KnownKey| key.role == Role::Platform;
    let is_named = |key: &&KnownKey| Some(&key.serial) == named.as_ref();
    if !serial.is_empty() && !known.keys.iter().filter(platform).any(|key| is_named(&key)) {
        let merchants = known.keys.iter().any(|key| is_named(&key));
        let mistake = if merchants { &m::SERIAL_MERCHANT } else { &m::SERIAL };
        causes.push(Cause::seen(mistake, &format!("（{serial}）"), &format!("({serial})")));
    }
    let proof = if causes.is_empty() { Proof::None } else { Proof::Header };
    if signature.is_empty() {
        return Explanation::new(proof, causes, None, false).with_texts(&parts.right(), None);
    }
    let mut keys: Vec<&KnownKey> = known.keys.iter().collect();
    keys.sort_by_key(|key| (!is_named(key), key.role == Role::Merchant));
    let search = |oracle: &search::Oracle| {
        search::answer(&parts, oracle, || (changes::lines(&parts), changes::layouts(&parts)))
    };
    match signature::open(signature, &keys, &search) {
        Ok(opened) => {
            causes.extend(key_cause(opened.key, known, verifiers, named.as_ref()));
            texts(causes, opened, &parts)
        }
        Err(closed) => {
            let merchants = !verifiers.is_empty()
                && verifiers.iter().all(|verifier| is_merchants(verifier, known));
            if merchants {
                causes.push(Cause::of(&m::MERCHANTS_KEY));
            }
            not_opened(causes, proof, &closed, keys.len()).with_texts(&parts.right(), None)
        }
    }
}

/// The four headers; what is missing is a cause.
fn items<'h>(headers: &'h HeaderMap, causes: &mut Vec<Cause>) -> [&'h str; 4] {
    ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial"].map(
        |name| {
            let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if value.is_empty() {
                let (zh, en) = (format!("（{name}）"), format!("({name})"));
                causes.push(Cause::seen(&m::MISSING, &zh, &en));
            }
            value
        },
    )
}

fn is_merchants(verifier: &PublicKey, known: &Known<'_>) -> bool {
    known.keys.iter().any(|key| key.role == Role::Merchant && key.key == *verifier)
}

fn key_cause(
    signer: &KnownKey,
    known: &Known<'_>,
    verifiers: &[PublicKey],
    named: Option<&Serial>,
) -> Option<Cause> {
    let (zh, en) = (format!("（{}）", signer.serial), format!("({})", signer.serial));
    if !verifiers.is_empty() && !verifiers.contains(&signer.key) {
        let merchants = verifiers.iter().all(|verifier| is_merchants(verifier, known));
        let mistake = if merchants { &m::MERCHANTS_KEY } else { &m::OTHER_KEY };
        return Some(Cause::seen(mistake, &zh, &en));
    }
    if signer.role == Role::Merchant {
        return Some(Cause::seen(&m::BY_MERCHANT, &zh, &en));
    }
    (named != Some(&signer.serial)).then(|| Cause::seen(&m::SERIAL_OTHER, &zh, &en))
}
