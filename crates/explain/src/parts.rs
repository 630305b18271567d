//! The parts of a message that is or should have been signed.

use http::HeaderMap;

use crate::json::Json;
use crate::upload;

pub(crate) const METHOD: usize = 0;
pub(crate) const TARGET: usize = 1;
pub(crate) const TIME: usize = 2;
pub(crate) const NONCE: usize = 3;
pub(crate) const BODY: usize = 4;

/// The lines as they should be signed, and what else stands in the message.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    /// By the constants of this file. An answer leaves the first two empty.
    pub(crate) lines: [&'a [u8]; 5],
    /// Which of them are signed, in this order.
    pub(crate) order: &'static [usize],
    pub(crate) mchid: &'a str,
    pub(crate) serial: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) templates: &'a [&'a str],
    /// The whole body of a file upload; its meta part is the line.
    pub(crate) whole: Option<&'a [u8]>,
    /// The body, if it is JSON.
    pub(crate) json: Option<Json<'a>>,
}

pub(crate) const REQUEST: &[usize] = &[METHOD, TARGET, TIME, NONCE, BODY];
pub(crate) const ANSWER: &[usize] = &[TIME, NONCE, BODY];

/// The values of an `Authorization` that an explanation needs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Claims<'a> {
    pub(crate) mchid: &'a str,
    pub(crate) serial: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) nonce: &'a str,
}

impl<'a> Parts<'a> {
    pub(crate) fn request(
        method: &'a str,
        target: &'a str,
        claims: Claims<'a>,
        headers: &'a HeaderMap,
        templates: &'a [&'a str],
        whole: &'a [u8],
    ) -> Self {
        let meta = upload::meta(headers, whole);
        let body = meta.unwrap_or(whole);
        let Claims { mchid, serial, timestamp, nonce } = claims;
        Self {
            lines: [
                method.as_bytes(),
                target.as_bytes(),
                timestamp.as_bytes(),
                nonce.as_bytes(),
                body,
            ],
            order: REQUEST,
            mchid,
            serial,
            headers,
            templates,
            whole: meta.map(|_meta| whole),
            json: Json::parse(body),
        }
    }

    pub(crate) fn answer(
        timestamp: &'a str,
        nonce: &'a str,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> Self {
        Self {
            lines: [b"", b"", timestamp.as_bytes(), nonce.as_bytes(), body],
            order: ANSWER,
            mchid: "",
            serial: "",
            headers,
            templates: &[],
            whole: None,
            json: Json::parse(body),
        }
    }

    pub(crate) fn body(&self) -> &'a [u8] {
        self.lines[BODY]
    }

    /// The text that should have been signed.
    pub(crate) fn right(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for line in self.order {
            text.extend_from_slice(self.lines[*line]);
            text.push(b'\n');
        }
        text
    }

    /// The host that the message was sent to.
    pub(crate) fn host(&self) -> Option<&'a str> {
        self.headers.get(http::header::HOST)?.to_str().ok()
    }
}
