//! `redress doctor`: what stands between a merchant and a call that succeeds.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use bytes::Bytes;
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderMap, Method, StatusCode};
use redress::{CertificatesError, Client, Error, PRODUCTION, STANDBY};
use reqwest::Url;

use crate::args::{Caller, Doctor};
use crate::caller;
use crate::check::{self, Findings};

/// What is asked for: it changes nothing, and everybody may ask.
const HARMLESS: &str = "/v3/certificates";
/// Who asks.
const PRODUCT: &str = concat!("redress/", env!("CARGO_PKG_VERSION"));
/// A clock that is this far off is spoken of, in seconds. The provider takes 300.
const SKEW_SECONDS: i64 = 30;
const SKEW_SECONDS_MAX: i64 = 300;

/// Seconds since 1970, by this machine's clock.
#[expect(clippy::disallowed_methods, reason = "it is this clock that is compared")]
pub(crate) fn now() -> anyhow::Result<i64> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Ok(i64::try_from(since.context("this machine's clock stands before 1970")?.as_secs())?)
}

pub(crate) async fn run(args: Doctor) -> anyhow::Result<ExitCode> {
    let mut found = Findings::default();
    let Doctor { who, base_url, timeout, .. } = args;
    let caller = Caller { who, base_url, timeout, curl: false };
    let folder = caller::folder(&caller.who, None)?;
    check::folder(&mut found, &folder, now()?);
    if args.offline {
        return found.show(args.output);
    }
    let Ok(merchant) = caller::merchant(&caller.who, None) else {
        // What is wrong with the folder has been said.
        found.warning("calls", "without a whole folder nothing is called", "");
        return found.show(args.output);
    };
    let base_url = caller.base_url.as_deref().unwrap_or(merchant.base_url()).to_owned();
    let client = match caller::client(&caller, merchant) {
        Ok(client) => client,
        Err(refused) => {
            // What could be looked at without it.
            found.show(args.output)?;
            return Err(refused);
        }
    };
    let timeout = Duration::from_secs(caller.timeout);
    let reached = reach(&mut found, &base_url, timeout).await?;
    if base_url == PRODUCTION {
        reach(&mut found, STANDBY, timeout).await?;
    }
    if reached {
        signatures(&mut found, &client).await;
        sealing(&mut found, &client).await;
    }
    found.show(args.output)
}

/// Name, connection and TLS of a host, and its clock. Says whether it answers.
async fn reach(found: &mut Findings, base_url: &str, timeout: Duration) -> anyhow::Result<bool> {
    let url = Url::parse(base_url)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let plain = url.scheme() == "http";
    let builder =
        reqwest::Client::builder().timeout(timeout).redirect(reqwest::redirect::Policy::none());
    // As the calls themselves go: proxies and authorities by the usual variables, a stand-in direct.
    let http =
        if plain { builder.tls_certs_only([]).no_proxy().build()? } else { builder.build()? };
    if !plain && let Some(variable) = proxy() {
        found.ok(&format!("DNS of {host}"), format!("left to the proxy that {variable} names"));
    } else {
        let port = url.port_or_known_default().unwrap_or_default();
        let bare = host.trim_matches(['[', ']']);
        let looked = tokio::time::timeout(timeout, tokio::net::lookup_host((bare, port))).await;
        let addresses = looked.ok().and_then(Result::ok);
        match addresses.and_then(|mut addresses| addresses.next()) {
            Some(address) => found.ok(&format!("DNS of {host}"), address.ip().to_string()),
            None => {
                let todo = "see to the resolver, or set HTTPS_PROXY";
                found.problem(&format!("DNS of {host}"), "the name is not found", todo);
                return Ok(false);
            }
        }
    }
    // Not even signed: whoever answers this is there.
    let address = format!("{}/", base_url.trim_end_matches('/'));
    let asked = http.get(address).header(USER_AGENT, PRODUCT).header(ACCEPT, "application/json");
    let answer = match asked.send().await {
        Ok(answer) => answer,
        Err(error) => {
            let said = format!("{:#}", anyhow::Error::new(error.without_url()));
            let todo = if plain {
                "is `redress serve` running there?"
            } else {
                "see to firewall and proxy (HTTPS_PROXY), and to authorities (SSL_CERT_FILE)"
            };
            found.problem(&format!("connection to {host}"), said, todo);
            return Ok(false);
        }
    };
    let tls = if plain { "without TLS" } else { "over TLS" };
    found.ok(&format!("connection to {host}"), format!("it answers {tls}"));
    clock(found, &host, answer.headers(), now()?);
    Ok(true)
}

/// The variable that names a proxy for HTTPS.
fn proxy() -> Option<&'static str> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    names.into_iter().find(set)
}

/// Compares clocks by the time that an answer names.
fn clock(found: &mut Findings, host: &str, headers: &HeaderMap, now: i64) {
    let about = format!("clock of {host}");
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signed = text("Wechatpay-Timestamp").and_then(|seconds| seconds.parse::<i64>().ok());
    let date = || {
        let date = httpdate::parse_http_date(text("Date")?).ok()?;
        i64::try_from(date.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs()).ok()
    };
    let Some(there) = signed.or_else(date) else {
        found.warning(&about, "its answers name no time", "compare this machine's clock by hand");
        return;
    };
    let ahead = now.saturating_sub(there);
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    let off = ahead.saturating_abs();
    let said = format!("this machine's is {off} s {side} it");
    let todo = "set this machine's clock by NTP; signatures are good for five minutes";
    if off >= SKEW_SECONDS_MAX {
        found.problem(&about, said, todo);
    } else if off >= SKEW_SECONDS {
        found.warning(&about, said, todo);
    } else {
        found.ok(&about, said);
    }
}

/// Whether the service takes this merchant's signature, and this merchant the service's.
async fn signatures(found: &mut Findings, client: &Client) {
    let (ours, theirs) = ("request signature", "answer signature");
    let answer = match client.call_raw(Method::GET, HARMLESS, Bytes::new()).await {
        Ok(answer) => answer,
        Err(error) => {
            let todo = if matches!(error, Error::Verify { .. }) {
                "compare wxp_pub.pem and public_key_id with the provider's console, and the clock"
            } else {
                "see to the connection"
            };
            found.problem(theirs, format!("{:#}", anyhow::Error::new(error)), todo);
            return;
        }
    };
    let status = answer.status;
    if status == StatusCode::UNAUTHORIZED {
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let said = format!("the service refuses it: {} {}", word("code"), word("message"));
        let todo = "mchid, serial_no and apiclient_key.pem must be of one certificate of this \
                    merchant's that is in force; `redress explain` says more";
        found.problem(ours, said, todo);
    } else if answer.verified {
        found.ok(ours, format!("the service takes it and answers {}", status.as_u16()));
    }
    if answer.verified {
        let signer = answer.headers.get("Wechatpay-Serial").and_then(|value| value.to_str().ok());
        found.ok(theirs, format!("it is that of {}", signer.unwrap_or_default()));
    } else {
        let said = format!("the answer {} is not signed", status.as_u16());
        found.problem(theirs, said, "is it the provider that answers, or something on the way?");
    }
}

/// Whether the APIv3 key opens what the platform seals.
async fn sealing(found: &mut Findings, client: &Client) {
    let about = "APIv3 key in use";
    match client.certificates().await {
        Ok(certificates) => {
            found.ok(
                about,
                format!("it opens the platform's certificates ({})", certificates.len()),
            );
        }
        Err(CertificatesError::NoKey) => {
            found.warning(about, "there is none to try", "give merchant.json an apiv3_key");
        }
        Err(CertificatesError::Open(_)) => found.problem(
            about,
            "it does not open the platform's certificates",
            "set apiv3_key in merchant.json to the one of the provider's console",
        ),
        Err(CertificatesError::Call(Error::Api(answer)))
            if answer.verified && answer.status == StatusCode::NOT_FOUND =>
        {
            let said = "not tried: the merchant has the public key alone, and no certificates";
            found.warning(about, said, "try it on a callback, with `redress message open`");
        }
        Err(error) => {
            let said = format!("not tried: {:#}", anyhow::Error::new(error));
            found.warning(about, said, "see to what is wrong above");
        }
    }
}
