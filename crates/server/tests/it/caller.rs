//! A merchant that signs: what it needs is read from its folder, as a merchant would.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use redress_crypto::{
    Authorization, KeyRing, PrivateKey, PublicKey, Serial, nonce, request_message, verify_response,
};
use redress_trail::Kind;
use serde_json::Value as Json;

use crate::wire::Answer;

/// Seconds since the epoch.
#[expect(clippy::disallowed_methods, reason = "a client has a clock of its own")]
pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// A merchant.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) mchid: String,
    pub(crate) serial: String,
    pub(crate) key: PrivateKey,
    pub(crate) public_key_id: String,
    pub(crate) ring: KeyRing,
}

impl Caller {
    pub(crate) fn open(folder: &Path) -> Self {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let file: Json = serde_json::from_str(&read("merchant.json")).unwrap();
        let text = |name: &str| file[name].as_str().unwrap().to_owned();
        let id = Serial::parse(file["public_key_id"].as_str().unwrap()).unwrap();
        let public_key = PublicKey::from_pem(&read("wxp_pub.pem")).unwrap();
        Self {
            mchid: text("mchid"),
            serial: text("serial_no"),
            key: PrivateKey::from_pem(&read("apiclient_key.pem")).unwrap(),
            public_key_id: text("public_key_id"),
            ring: KeyRing::one(id, public_key),
        }
    }

    /// The items of an `Authorization`, signed over these bytes.
    pub(crate) fn sign(
        &self,
        method: &str,
        target: &str,
        body: &[u8],
        timestamp: &str,
    ) -> Authorization {
        let nonce_str = nonce();
        let message = request_message(method, target, timestamp, &nonce_str, body);
        let signature = self.key.sign(&message);
        redress_trail::plant(Kind::Authorization, &signature);
        Authorization {
            mchid: self.mchid.clone(),
            nonce_str,
            timestamp: timestamp.to_owned(),
            serial_no: self.serial.clone(),
            signature,
        }
    }

    /// A request that is signed as it should be. A test changes what it wants to be wrong.
    pub(crate) fn request(&self, method: &str, target: &str, body: &str) -> Draft {
        let authorization = self.sign(method, target, body.as_bytes(), &now().to_string());
        Draft {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![
                ("Accept".to_owned(), "application/json".to_owned()),
                ("User-Agent".to_owned(), "it/1".to_owned()),
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("Authorization".to_owned(), authorization.to_string()),
            ],
            body: body.as_bytes().to_vec(),
        }
    }

    pub(crate) fn get(&self, target: &str) -> Draft {
        self.request("GET", target, "")
    }

    pub(crate) fn post(&self, target: &str, body: &str) -> Draft {
        self.request("POST", target, body)
    }

    /// Checks an answer's signature as a merchant does, with the clock of the wall.
    pub(crate) fn verify(&self, answer: &Answer) {
        if let Err(error) = verify_response(&self.ring, &answer.headers(), &answer.body, now()) {
            panic!("{error}: {answer:?}");
        }
    }
}

/// A request before it is sent.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Draft {
    /// Without a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// With one more header line.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With another value for a header.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// With another body than the one that was signed.
    pub(crate) fn sending(mut self, body: &[u8]) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        &self.headers.iter().find(|(known, _)| known == name).unwrap().1
    }

    /// Status line and headers up to, and without, the length of the body.
    pub(crate) fn head(&self) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head
    }

    /// All of it, with a `Content-Length`.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        if self.method != "GET" || !self.body.is_empty() {
            bytes += &format!("Content-Length: {}\r\n", self.body.len());
        }
        let mut bytes = (bytes + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// All of it, in chunks of so many bytes.
    pub(crate) fn chunked(&self, size: usize) -> Vec<u8> {
        let mut bytes = (self.head() + "Transfer-Encoding: chunked\r\n\r\n").into_bytes();
        for chunk in self.body.chunks(size) {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        bytes
    }
}
