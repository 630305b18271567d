//! Explains a request: its head, its signature, the text that was signed.

use redress_crypto::Serial;

use crate::capture::{CapturedRequest, Known, KnownKey, Role};
use crate::catalogue::codings as m;
use crate::explanation::{Cause, Explanation, Proof, Rest};
use crate::head::{self, Head};
use crate::parts::{Claims, Parts};
use crate::search;
use crate::signature::{self, Closed, Opened};

/// Says what is wrong with a request's signature, and all that is wrong before it.
///
/// `now` is the present Unix time, in seconds; without it nothing is said of a stale timestamp.
pub fn explain_request(
    captured: &CapturedRequest<'_>,
    known: &Known<'_>,
    now: Option<i64>,
) -> Explanation {
    let mut head = head::read(captured.headers, known, now);
    let mut causes = std::mem::take(&mut head.causes);
    let claims = Claims {
        mchid: head.item("mchid").unwrap_or_default(),
        serial: head.item("serial_no").unwrap_or_default(),
        timestamp: head.item("timestamp").unwrap_or_default(),
        nonce: head.item("nonce_str").unwrap_or_default(),
    };
    let CapturedRequest { method, target, headers, body } = *captured;
    let parts = Parts::request(method, target, claims, headers, known.templates, body);
    let proof = if causes.is_empty() { Proof::None } else { Proof::Header };
    let Some(signature) = head.item("signature").filter(|signature| !signature.is_empty()) else {
        return Explanation::new(proof, causes, None, false).with_texts(&parts.right(), None);
    };
    let keys = in_question(&head, known);
    let search = |oracle: &search::Oracle| search::request(&parts, oracle);
    match signature::open(signature, &keys, &search) {
        Ok(opened) => {
            causes.extend(key_cause(&head, &opened));
            texts(causes, opened, &parts)
        }
        Err(closed) => {
            not_opened(causes, proof, &closed, keys.len()).with_texts(&parts.right(), None)
        }
    }
}

/// The keys to try: the claimed one, the merchant's others, other merchants', the platform's.
fn in_question<'k>(head: &Head, known: &Known<'k>) -> Vec<&'k KnownKey> {
    let mchid = head.item("mchid");
    let serial = head.item("serial_no").and_then(|text| Serial::parse(text).ok());
    let rank = |key: &&KnownKey| {
        let own = Some(&*key.owner) == mchid && key.role == Role::Merchant;
        let named = Some(&key.serial) == serial.as_ref();
        match (own, named, key.role) {
            (true, true, _) => 0,
            (true, false, _) => 1,
            (false, true, _) => 2,
            (false, false, Role::Merchant) => 3,
            (false, false, Role::Platform) => 4,
        }
    };
    let mut keys: Vec<&KnownKey> = known.keys.iter().collect();
    keys.sort_by_key(rank);
    keys
}

/// What is wrong with the key that opens the signature.
fn key_cause(head: &Head, opened: &Opened<'_>) -> Option<Cause> {
    let KnownKey { owner, role, serial, .. } = opened.key;
    let claimed = head.item("serial_no").and_then(|text| Serial::parse(text).ok());
    let (zh, en) = match role {
        Role::Platform => (format!("（{serial}）"), format!("({serial})")),
        Role::Merchant => {
            (format!("（{owner}，{serial}）"), format!("({owner}, serial_no {serial})"))
        }
    };
    let mistake = match role {
        Role::Platform => &m::PLATFORM,
        Role::Merchant if head.item("mchid") != Some(owner) => &m::OTHER_MERCHANT,
        Role::Merchant if claimed.as_ref() != Some(serial) => &m::OTHER_KEY,
        Role::Merchant => return None,
    };
    Some(Cause::seen(mistake, &zh, &en))
}

/// The explanation of a signature that a key opens.
pub(crate) fn texts(mut causes: Vec<Cause>, opened: Opened<'_>, parts: &Parts<'_>) -> Explanation {
    let Opened { key, coding, kind, found } = opened;
    causes.extend([coding, kind].into_iter().flatten().map(Cause::of));
    let expected = parts.right();
    let mut explanation = match found {
        Some(found) => {
            causes.extend(found.mistakes.iter().copied().map(Cause::of));
            let good = causes.is_empty().then_some(GOOD).map(said);
            let signed = (found.text != expected).then_some(&found.text[..]);
            Explanation::new(Proof::Digest, causes, good, true).with_texts(&expected, signed)
        }
        None => {
            let rest = unknown_text(crate::mistakes().count());
            Explanation::new(Proof::Key, causes, Some(rest), false).with_texts(&expected, None)
        }
    };
    explanation.signer = Some(format!("{} {}", key.owner, key.serial));
    explanation
}

/// Sentences and fix, in Chinese and English.
type Said = [&'static str; 4];

const GOOD: Said = ["签名正确。", "The signature is good.", "", ""];

fn said([zh, en, fix_zh, fix_en]: Said) -> Rest {
    Rest { zh: zh.to_owned(), en: en.to_owned(), fix_zh, fix_en }
}

fn unknown_text(mistakes: usize) -> Rest {
    Rest {
        zh: format!(
            "密钥是对的，但被签名的文本与应签的不同，而且不是已知的 {mistakes} 种错误中的任何一种\
             （或其中两种的组合）。"
        ),
        en: format!(
            "The key is right, but the signed text differs from the one that should have been \
             signed: it is none of {mistakes} known mistakes, nor two of them together."
        ),
        fix_zh: "把程序签名前的文本打印出来，与下面应签的文本逐字节比较。",
        fix_en: "Print the text that your program signs, and compare it with the expected one byte \
                 by byte.",
    }
}

/// The explanation of a signature that no key opens.
pub(crate) fn not_opened(
    mut causes: Vec<Cause>,
    proof: Proof,
    closed: &Closed,
    keys: usize,
) -> Explanation {
    let tried = keys.min(crate::KEYS_TRIED_MAX);
    let rest = Rest {
        zh: format!(
            "已知的 {tried} 个密钥都解不开这个签名：它是用别的私钥做的，或者不是完整的签名。"
        ),
        en: format!(
            "None of the {tried} known keys opens the signature: it was made with another private \
             key, or it is not a whole signature."
        ),
        fix_zh: "确认私钥与证书是一对：两者的模数（openssl … -noout -modulus）应当相同。",
        fix_en: "Check that private key and certificate belong together: their moduli (openssl … \
                 -noout -modulus) are the same.",
    };
    match closed {
        Closed::Unknown => Explanation::new(proof, causes, Some(rest), false),
        Closed::Length(bytes, wanted) => {
            let zh = format!("（{bytes} 字节，应为 {wanted} 字节）");
            let en = format!("({bytes} bytes in place of {wanted})");
            causes.push(Cause::seen(&m::LENGTH, &zh, &en));
            Explanation::new(Proof::Header, causes, None, false)
        }
        Closed::NotBase64 => {
            causes.push(Cause::of(&m::NOT_BASE64));
            Explanation::new(Proof::Header, causes, None, false)
        }
    }
}
