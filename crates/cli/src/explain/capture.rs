//! Reads a captured HTTP message: its head with CRLF or LF, its body as it stands.

use std::fs::File;
use std::io::Read;

use anyhow::{Context as _, bail, ensure};
use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Uri};

/// The largest capture that is read, in bytes.
const CAPTURE_BYTES_MAX: u64 = 8 << 20;
/// The most headers that are read.
const HEADERS_MAX: usize = 128;

/// A message as it was captured.
pub(crate) struct Capture {
    pub(crate) start: Start,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Its first line.
pub(crate) enum Start {
    Request { method: String, target: String },
    Answer,
}

impl Capture {
    /// Reads a file, or stdin for `-`.
    pub(crate) fn read(what: &str) -> anyhow::Result<Self> {
        Self::parse(&Self::read_bytes(what)?).with_context(|| format!("{what} is no HTTP message"))
    }

    /// Reads what need not be a message.
    pub(crate) fn read_bytes(what: &str) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut from: Box<dyn Read> = match what {
            "-" => Box::new(std::io::stdin()),
            path => Box::new(File::open(path).with_context(|| {
                format!("{path} cannot be read; give the file of a captured request, or -")
            })?),
        };
        from.by_ref().take(CAPTURE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        let whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= CAPTURE_BYTES_MAX);
        ensure!(whole, "{what} has more than {CAPTURE_BYTES_MAX} bytes");
        Ok(bytes)
    }

    pub(crate) fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        // A head without the empty line after it is a message without a body.
        let headless =
            find_end(bytes).is_none().then(|| [bytes.trim_ascii_end(), b"\r\n\r\n"].concat());
        let bytes = headless.as_deref().unwrap_or(bytes);
        let mut found = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let (start, length, headers) = if bytes.starts_with(b"HTTP/") {
            let mut answer = httparse::Response::new(&mut found);
            let length = complete(answer.parse(bytes)?)?;
            (Start::Answer, length, headers(answer.headers)?)
        } else {
            let mut request = httparse::Request::new(&mut found);
            let length = complete(request.parse(bytes)?)?;
            let method = request.method.unwrap_or_default().to_owned();
            let target = origin(request.path.unwrap_or_default());
            (Start::Request { method, target }, length, headers(request.headers)?)
        };
        if headers.contains_key(TRANSFER_ENCODING) {
            bail!("its body is in chunks; give it decoded, without Transfer-Encoding");
        }
        let mut body = bytes.get(length..).unwrap_or_default().to_vec();
        // An editor adds a line feed at the end of a file; the length says what was sent.
        let said = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if let Some(said) = said {
            ensure!(
                body.len() >= said,
                "its body has {} bytes and Content-Length says {said}",
                body.len()
            );
            body.truncate(said);
        }
        Ok(Self { start, headers, body })
    }
}

fn find_end(bytes: &[u8]) -> Option<usize> {
    let two = |gap: &[u8]| bytes.windows(gap.len()).position(|window| window == gap);
    two(b"\r\n\r\n").or_else(|| two(b"\n\n"))
}

fn complete(status: httparse::Status<usize>) -> anyhow::Result<usize> {
    match status {
        httparse::Status::Complete(length) => Ok(length),
        httparse::Status::Partial => bail!("its head does not end with an empty line"),
    }
}

/// A request to a proxy names the host too; what is signed is the rest.
fn origin(target: &str) -> String {
    let absolute = target.starts_with("http://") || target.starts_with("https://");
    match target.parse::<Uri>() {
        Ok(uri) if absolute => {
            uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
        }
        Ok(_) | Err(_) => target.to_owned(),
    }
}

fn headers(found: &[httparse::Header<'_>]) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for header in found {
        let name = HeaderName::from_bytes(header.name.as_bytes())?;
        headers.append(name, HeaderValue::from_bytes(header.value)?);
    }
    Ok(headers)
}
