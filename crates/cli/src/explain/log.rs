//! The explanation that a running server keeps with a request.

use std::path::Path;

use anyhow::Context as _;
use redress_explain::{Cause, Explanation, Parted, Proof, Verdict, mistakes};
use serde::Deserialize;

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
    let data = args.data.clone().unwrap_or_else(|| "./redress-data".into());
    let reach = Reach {
        server: args.server.clone(),
        control_token: args.control_token.clone(),
        data: Data { data },
        output: args.output,
    };
    let path = format!("/requests/{}", args.what);
    let mut shown = Control::of(&reach)?.get(&path).await?.with_context(|| {
        format!("the server has no request {}: it keeps the last ones only", args.what)
    })?;
    let told: Option<Told> = serde_json::from_value(shown["explanation"].take())
        .context("the server explains in another way: is it of another version?")?;
    Ok(told.map(read))
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
