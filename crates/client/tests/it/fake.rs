//! A platform without a network: answers from a script, and keeps the requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use redress::crypto::{self, ApiV3Key, Authorization, PrivateKey, Serial};
use redress::{Client, Merchant, Retry, Transport, TransportError};
use redress_trail::Kind;

pub(crate) const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0000000000000024101100397200000006";

/// A key that must show nowhere.
fn planted_key() -> PrivateKey {
    redress_trail::keep_logs();
    let key = PrivateKey::generate().expect("a key");
    redress_trail::plant(Kind::PrivateKey, &key.to_pkcs8_pem().expect("a PEM"));
    key
}

/// An APIv3 key that must show nowhere.
pub(crate) fn planted_apiv3_key(text: &str) -> ApiV3Key {
    redress_trail::plant(Kind::ApiV3Key, text);
    ApiV3Key::new(text).expect("a key")
}

pub(crate) fn merchant_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(planted_key)
}

pub(crate) fn platform_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(planted_key)
}

pub(crate) fn serial(text: &str) -> Serial {
    Serial::parse(text).expect("a serial")
}

pub(crate) fn merchant() -> Merchant {
    Merchant::new(
        "1900001108".parse().expect("a merchant number"),
        serial("1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"),
        merchant_key().clone(),
        serial(PUBLIC_KEY_ID),
        platform_key().public_key(),
    )
}

/// What the platform does with one request.
pub(crate) type Step =
    Box<dyn FnOnce(&Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send>;

#[derive(Default)]
pub(crate) struct Fake {
    steps: Mutex<VecDeque<Step>>,
    requests: Mutex<Vec<Request<Bytes>>>,
}

impl Transport for Fake {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        redress_trail::plant(Kind::Authorization, &authorization(&request).signature);
        let step = self.steps.lock().expect("no panic").pop_front();
        let answer = step.expect("the script has a step for each request")(&request);
        self.requests.lock().expect("no panic").push(request);
        answer
    }
}

impl Fake {
    pub(crate) fn requests(&self) -> Vec<Request<Bytes>> {
        self.requests.lock().expect("no panic").clone()
    }
}

/// A platform that follows the script.
pub(crate) fn scripted(steps: Vec<Step>) -> Arc<Fake> {
    Arc::new(Fake { steps: Mutex::new(steps.into()), ..Fake::default() })
}

/// A client whose platform follows the script. It waits no longer than 2 ms between attempts.
pub(crate) fn client(steps: Vec<Step>) -> (Client<Arc<Fake>>, Arc<Fake>) {
    let (first_delay, max_delay) = (Duration::from_millis(1), Duration::from_millis(2));
    let fake = scripted(steps);
    let client = Client::builder(merchant())
        .retry(Retry { attempts: 3, first_delay, max_delay })
        .build_with(Arc::clone(&fake))
        .expect("a client");
    (client, fake)
}

/// A client with one attempt and one answer.
pub(crate) fn client_for(step: Step) -> Client<Arc<Fake>> {
    let builder = Client::builder(merchant()).retry(Retry::none());
    builder.build_with(scripted(vec![step])).expect("a client")
}

/// An answer without signature.
pub(crate) fn unsigned(status: u16, body: &str) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::copy_from_slice(body.as_bytes()));
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    answer.headers_mut().insert("Request-ID", "08F0A1B2-0".parse().expect("a header"));
    answer
}

/// An answer signed with this key, so many seconds after the request.
pub(crate) fn signed_by(
    key: &PrivateKey,
    serial: &Serial,
    later_seconds: i64,
    request: &Request<Bytes>,
    mut answer: Response<Bytes>,
) -> Response<Bytes> {
    let body = answer.body().clone();
    let now = authorization(request).timestamp.parse::<i64>().expect("seconds") + later_seconds;
    crypto::sign_response(key, serial, answer.headers_mut(), &body, now, &crypto::nonce());
    answer
}

/// A step that answers with a good signature.
pub(crate) fn answer(status: u16, body: &'static str) -> Step {
    Box::new(move |request| {
        let serial = serial(PUBLIC_KEY_ID);
        Ok(signed_by(platform_key(), &serial, 0, request, unsigned(status, body)))
    })
}

/// A step that answers without signature.
pub(crate) fn bare(status: u16, body: &'static str) -> Step {
    Box::new(move |_| Ok(unsigned(status, body)))
}

/// A step that gives no answer.
pub(crate) fn lost(sent: redress::Sent) -> Step {
    Box::new(move |_| Err(TransportError::new(sent, "the line is dead")))
}

pub(crate) fn authorization(request: &Request<Bytes>) -> Authorization {
    let value = request.headers()[AUTHORIZATION].to_str().expect("text");
    Authorization::parse(value).expect("an authorization")
}

/// A value out of a text that fits it.
pub(crate) fn of<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the text fits its type")
}
