//! What a running server keeps of a request: why it was refused, and the answer as it was sent.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use http::{HeaderMap, HeaderName, HeaderValue};
use redress::api::Timestamp;
use redress_explain::{Cause, Explanation, Parted, Proof, Verdict, mistakes};
use serde::Deserialize;
use serde_json::Value as Json;

use super::capture::{Capture, Start};
use crate::args::{Data, Explain, Reach};
use crate::control::Control;

/// The fewest digits of a `Request-ID` that is told from the name of a file.
const ID_DIGITS_MIN: usize = 32;

/// An explanation as the control API has it.
#[derive(Deserialize)]
struct Told {
    verdict: Verdict,
    proof: Proof,
    causes: Vec<ToldCause>,
    zh: String,
    en: String,
    fix_zh: String,
    fix_en: String,
    signer: Option<String>,
    expected: Option<String>,
    signed: Option<String>,
    parted: Option<Parted>,
}

#[derive(Deserialize)]
struct ToldCause {
    id: String,
    zh: String,
    en: String,
}

/// Whether it is a `Request-ID`: hexadecimal digits, with or without a number behind a dash.
pub(super) fn is_request_id(what: &str) -> bool {
    let (id, number) = what.split_once('-').unwrap_or((what, "0"));
    let hexadecimal = id.len() >= ID_DIGITS_MIN && id.bytes().all(|b| b.is_ascii_hexdigit());
    let decimal = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    hexadecimal && decimal && !Path::new(what).exists()
}

/// Asks a server why it refused a request; none if it did not.
pub(super) async fn explanation(args: &Explain) -> anyhow::Result<Option<Explanation>> {
    let mut shown = exchange(args).await?;
    let told: Option<Told> = serde_json::from_value(shown["explanation"].take())
        .context("the server explains in another way: is it of another version?")?;
    Ok(told.map(read))
}

/// Asks a server what it has answered, to the last byte, and when, in Unix seconds.
pub(super) async fn answer(args: &Explain) -> anyhow::Result<(Capture, i64)> {
    let mut shown = exchange(args).await?;
    let kind = shown["fault"]["kind"].as_str();
    if let Some(kind) = kind.filter(|kind| NOT_AS_KEPT.contains(kind)) {
        bail!("this answer did not arrive as it is kept: the fault {kind} was armed");
    }
    let at = shown["at"].as_str().unwrap_or_default().parse::<Timestamp>();
    let Sent { headers, body_bytes, body } = serde_json::from_value(shown["answer"].take())
        .context("the server keeps answers in another way: is it of another version?")?;
    let mut sent = HeaderMap::new();
    for Header { name, value } in headers {
        sent.append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    ensure!(
        body_bytes == body.len() && !body.contains(STARS),
        "the server does not keep the body of this answer whole and unmasked: capture it instead"
    );
    Ok((Capture { start: Start::Answer, headers: sent, body: body.into_bytes() }, at?.unix()))
}

/// What stands in the place of a secret.
const STARS: &str = "********";
/// The faults that end an answer before its end: what is kept is what would have been sent.
const NOT_AS_KEPT: [&str; 4] = ["refuse", "reset_before", "reset_after", "cut_body"];

/// An answer as the control API has it. The body of a file has another name.
#[derive(Deserialize)]
struct Sent {
    headers: Vec<Header>,
    body_bytes: usize,
    #[serde(default)]
    body: String,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// One exchange whole.
async fn exchange(args: &Explain) -> anyhow::Result<Json> {
    let data = args.data.clone().unwrap_or_else(|| "./redress-data".into());
    let reach = Reach {
        server: args.server.clone(),
        control_token: args.control_token.clone(),
        data: Data { data },
        output: args.output,
    };
    let path = format!("/requests/{}", args.what);
    Control::of(&reach)?.get(&path).await?.with_context(|| {
        format!("the server has no request {}: it keeps the last ones only", args.what)
    })
}

fn read(told: Told) -> Explanation {
    // What to do against each is said in all below, for one that is unknown here too.
    let cause = |told: ToldCause| {
        let known = mistakes().find(|mistake| mistake.id == told.id);
        known.map(|known| Cause {
            id: known.id,
            zh: told.zh,
            en: told.en,
            fix_zh: known.fix_zh,
            fix_en: known.fix_en,
        })
    };
    Explanation {
        verdict: told.verdict,
        proof: told.proof,
        causes: told.causes.into_iter().filter_map(cause).collect(),
        zh: told.zh,
        en: told.en,
        fix_zh: told.fix_zh,
        fix_en: told.fix_en,
        signer: told.signer,
        expected: told.expected,
        signed: told.signed,
        parted: told.parted,
    }
}
