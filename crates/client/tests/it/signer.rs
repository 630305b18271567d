//! Signatures that are made elsewhere: they may take their time, fail, or be nonsense.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use redress::api::compensation::Query;
use redress::crypto::{OaepError, verify_request};
use redress::{Client, Error, Fate, Merchant, Retry, SignError, Signer, Signing};
use tokio::sync::{mpsc, oneshot};

use crate::fake::{
    Fake, PUBLIC_KEY_ID, authorization, merchant_key, of, platform_key, scripted, serial,
};

/// Signs as this does.
struct Elsewhere<F>(F);

impl<F: Fn() -> Result<String, SignError> + Send + Sync + 'static> Signer for Elsewhere<F> {
    fn sign<'a>(&'a self, _message: &'a [u8]) -> Signing<'a> {
        Box::pin(async { (self.0)() })
    }
}

fn merchant(signer: impl Signer) -> Merchant {
    Merchant::signing_elsewhere(
        of("1900001108"),
        serial("1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"),
        signer,
        serial(PUBLIC_KEY_ID),
        platform_key().public_key(),
    )
}

fn client(signer: impl Signer, fake: &Arc<Fake>) -> Client<Arc<Fake>> {
    let builder = Client::builder(merchant(signer)).retry(Retry::none());
    builder.build_with(Arc::clone(fake)).expect("a client")
}

fn query() -> Query {
    Query { out_bill_no: of("b1") }
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_sent() {
    let fake = scripted(Vec::new());
    let client = client(Elsewhere(|| Err(SignError::new("the token is locked"))), &fake);
    let error = client.send(&query()).await.unwrap_err();
    assert!(matches!(error, Error::Sign(_)), "{error:?}");
    assert_eq!((error.fate(), error.is_retryable()), (Fate::NotSent, false));
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the token is locked"));
    assert!(fake.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_signed_is_not_waited_for() {
    let fake = scripted(Vec::new());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let locked = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        Err(SignError::new("the token is locked"))
    };
    let error = client(Elsewhere(locked), &fake).until_final(&query()).await.unwrap_err();
    assert!(matches!(error, Error::Sign(_)), "{error:?}");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_would_break_the_header_is_not_sent() {
    for nonsense in ["", "line\nbreak", "quote\"", "blank blank", "签名"] {
        let fake = scripted(Vec::new());
        let client = client(Elsewhere(move || Ok(nonsense.to_owned())), &fake);
        let error = client.send(&query()).await.unwrap_err();
        assert!(matches!(error, Error::Sign(_)), "{nonsense:?}: {error:?}");
        assert!(fake.requests().is_empty());
    }
}

/// A message to sign, and where its signature goes.
type Order = (Vec<u8>, oneshot::Sender<String>);

/// A device at the end of a queue.
struct Device(mpsc::Sender<Order>);

impl Signer for Device {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        Box::pin(async {
            let (done, signature) = oneshot::channel();
            self.0.send((message.to_vec(), done)).await.map_err(SignError::new)?;
            signature.await.map_err(SignError::new)
        })
    }
}

#[tokio::test]
async fn a_device_may_sign_in_its_own_time() {
    let (orders, mut queue) = mpsc::channel::<Order>(1);
    std::thread::spawn(move || {
        while let Some((message, done)) = queue.blocking_recv() {
            // Whoever asked may have gone away.
            let _ = done.send(merchant_key().sign(&message));
        }
    });
    let fake = scripted(vec![crate::fake::answer(404, r#"{"code":"NOT_FOUND","message":"-"}"#)]);
    let client = client(Device(orders), &fake);
    let error = client.send(&query()).await.unwrap_err();
    assert_eq!(error.code(), Some("NOT_FOUND"), "{error}");
    let sent = &fake.requests()[0];
    let target = sent.uri().path_and_query().expect("a target").as_str();
    let key = merchant_key().public_key();
    assert!(verify_request(&key, &authorization(sent), "GET", target, b""));
}

#[tokio::test]
async fn a_device_that_is_gone_is_an_error() {
    let (orders, queue) = mpsc::channel::<Order>(1);
    drop(queue);
    let fake = scripted(Vec::new());
    let error = client(Device(orders), &fake).send(&query()).await.unwrap_err();
    assert_eq!(error.fate(), Fate::NotSent, "{error:?}");
}

#[test]
fn a_key_elsewhere_opens_nothing_here_and_shows_nothing() {
    let merchant = merchant(Elsewhere(|| Ok("c2ln".to_owned())));
    let sealed = merchant_key().public_key().seal_oaep(b"secret").expect("short enough");
    assert_eq!(merchant.open_field(&sealed).unwrap_err(), OaepError::Elsewhere);
    assert!(format!("{merchant:?}").contains("a signer elsewhere"));
}
