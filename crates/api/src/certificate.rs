//! `GET /v3/certificates`: the platform's certificates, sealed with the caller's APIv3 key.
//!
//! Page: 下载平台证书, <https://pay.weixin.qq.com/doc/v3/merchant/4012551764>.

use http::Method;

use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, RESOURCE_NOT_EXISTS};
use crate::field::message;
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::{Open, words};

words! {
    /// Kinds of key that a certificate can be about.
    pub enum AlgorithmType {
        /// RSA; without the field, too.
        Rsa = "RSA",
        /// 国密, the Chinese standard.
        Sm2 = "SM2",
        /// Both.
        All = "ALL",
    }
}

request! {
    /// List the certificates.
    pub struct List {
        /// Of which kind. In the query string.
        pub algorithm_type: Option<Open<AlgorithmType>> = "平台证书算法类型",
    }
}

message! {
    /// The certificates.
    pub struct Certificates {
        /// Those that answers may be signed with, now or soon.
        pub data: Vec<Certificate> = "平台证书列表",
    }
}

message! {
    /// One certificate.
    pub struct Certificate {
        /// What answers name it by.
        pub serial_no: String = "证书序列号",
        /// From when on it is used.
        pub effective_time: Timestamp = "证书启用时间",
        /// Until when it is used; earlier than the certificate itself says once another takes
        /// over.
        pub expire_time: Timestamp = "证书弃用时间",
        /// The certificate.
        pub encrypt_certificate: EncryptCertificate = "证书信息",
    }
}

message! {
    /// A certificate as PEM, sealed with the merchant's APIv3 key.
    pub struct EncryptCertificate {
        /// `AEAD_AES_256_GCM`.
        pub algorithm: String = "加密证书的算法",
        /// Twelve characters.
        pub nonce: String = "加密证书的随机串",
        /// `certificate`.
        pub associated_data: String = "加密证书的附加数据",
        /// Base64 of the sealed text and its tag.
        pub ciphertext: String = "加密后的证书内容",
    }
}

impl List {
    /// Whether certificates about RSA keys are asked for.
    #[must_use]
    pub fn includes_rsa(&self) -> bool {
        self.algorithm_type.as_ref().is_none_or(|kind| *kind != AlgorithmType::Sm2)
    }
}

impl Endpoint for List {
    type Response = Certificates;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/certificates";
    const PAGE: Page = Page {
        title: "下载平台证书",
        url: "https://pay.weixin.qq.com/doc/v3/merchant/4012551764",
        updated: Some("2024-09-13"),
    };
    const SUPPORTED: Supported = Supported::All;
    const RATES: &'static [Rate] = &[Rate::older_page(1000)];
    const ERRORS: &'static [ErrorCode] = &[RESOURCE_NOT_EXISTS];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}
