//! `GET /v3/billdownload/file`: a statement's file.
//!
//! Page: 下载账单, <https://pay.weixin.qq.com/docs/merchant/apis/jsapi-payment/download-bill.html>.
//!
//! The one answer without a signature and without JSON: what proves the file is the hash in the
//! signed answer that named it.

use http::{Method, StatusCode};

use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH};
use crate::field::message;
use crate::rate::Rate;
use crate::text::text;
use crate::word::{Open, words};

text! {
    /// What a download address names its file by.
    DownloadToken, Bytes 1..=2048
}

words! {
    /// How the file is packed, in the words of the address.
    pub enum Tartype {
        /// With gzip.
        Gzip = "gzip",
    }
}

request! {
    /// Fetch the file. Its address is [`Statement::download_url`](super::Statement::download_url);
    /// no page names its parameters.
    pub struct Download {
        /// Which file.
        pub token: DownloadToken = "token",
        /// How it is packed.
        pub tartype: Option<Open<Tartype>> = "tartype",
    }
}

message! {
    /// The file itself is the body.
    pub struct File {}
}

impl Endpoint for Download {
    type Response = File;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/billdownload/file";
    const PAGE: Page = Page {
        title: "下载账单",
        url: "https://pay.weixin.qq.com/docs/merchant/apis/jsapi-payment/download-bill.html",
        updated: Some("2024-12-11"),
    };
    const SUPPORTED: Supported = Supported::All;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[NO_AUTH];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];

    fn status(_answer: &File) -> StatusCode {
        StatusCode::OK
    }
}
