//! `--curl`: a signed request as a command line of curl.

use std::process::ExitCode;

use anyhow::Context as _;
use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;

use crate::print;

/// Prints a request that curl sends byte for byte as it was signed.
pub(crate) fn show(request: &Request<Bytes>) -> anyhow::Result<ExitCode> {
    print::line(&line(request)?);
    Ok(ExitCode::SUCCESS)
}

fn line(request: &Request<Bytes>) -> anyhow::Result<String> {
    // By itself curl would take `[1]` for a range and `/../` for a way up.
    let mut words = ["curl", "--silent", "--show-error", "--globoff", "--path-as-is"]
        .map(str::to_owned)
        .to_vec();
    if request.uri().scheme_str() == Some("http") {
        // A stand-in: no proxy is passed, as without --curl.
        words.extend(["--noproxy".to_owned(), quoted("*")]);
    }
    words.extend(["--request".to_owned(), quoted(request.method().as_str())]);
    for (name, value) in request.headers() {
        let value = value.to_str().context("a header is not plain text")?;
        words.extend(["--header".to_owned(), quoted(&format!("{name}: {value}"))]);
    }
    if !request.body().is_empty() || !request.method().is_safe() {
        if !request.headers().contains_key(CONTENT_TYPE) {
            // By itself curl would say that it is a form.
            words.extend(["--header".to_owned(), quoted("Content-Type:")]);
        }
        let body = str::from_utf8(request.body()).ok().filter(|body| !body.contains('\0'));
        let body = body.context("the body is no text, and cannot stand in a command line")?;
        words.extend(["--data-raw".to_owned(), quoted(body)]);
    }
    words.push(quoted(&request.uri().to_string()));
    Ok(words.join(" "))
}

/// One word for a POSIX shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
