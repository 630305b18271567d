//! The plaintext of sensitive fields shows nowhere, and arrives.

use redress::api::security::Echo;
use redress::api::sharing::SealedName;
use redress::crypto::OaepError;
use redress::{SealError, Sensitive, Sent};
use redress_trail::{Kind, Log};

use crate::fake::{PUBLIC_KEY_ID, answer, bare, client, lost, of, platform_key};

const PLANTED: &str = "planted-330101199001011234";

fn is_hidden(shown: &str) {
    redress_trail::plant(Kind::Plaintext, PLANTED);
    redress_trail::saw(shown);
    assert!(!shown.contains(PLANTED) && !shown.contains("330101"), "{shown}");
    // Nor as the numbers of its bytes.
    assert!(!shown.contains("112, 108, 97"), "{shown}");
}

#[test]
fn nothing_prints_it() {
    #[derive(Clone, Debug, serde::Serialize)]
    struct Payer {
        name: Sensitive,
        number: Option<Sensitive<Vec<u8>>>,
    }
    let name = Sensitive::from(PLANTED);
    assert_eq!(name.expose(), PLANTED);
    let payer = Payer { name, number: Some(Sensitive::new(PLANTED.as_bytes().to_vec())) };
    for shown in [
        format!("{payer:?} {payer:#?}"),
        format!("{} {:>40}", payer.name, payer.clone().name),
        serde_json::to_string(&payer).expect("JSON"),
    ] {
        is_hidden(&shown);
        assert!(shown.contains("***"), "{shown}");
    }
}

#[tokio::test]
async fn it_is_sealed_for_the_key_that_the_request_names() {
    let (log, _guard) = Log::of_thread();
    let secret = Sensitive::from(PLANTED);
    tracing::info!(%secret, again = ?secret, "planted");
    let echoed = r#"{"echo_message":"hello"}"#;
    let failures = [answer(400, r#"{"code":"PARAM_ERROR","message":"-"}"#), bare(500, "")];
    let steps = [answer(200, echoed)].into_iter().chain(failures).chain([lost(Sent::No)]);
    let (client, fake) = client(steps.chain([lost(Sent::No)]).collect());
    let request = Echo {
        notify_url: None,
        echo_message: of("hello"),
        encrypted_echo_message: Some(client.seal(&secret).expect("short enough")),
    };
    client.send(&request).await.expect("an answer");
    for _ in 0..2 {
        let error = client.send(&request).await.expect_err("a failure");
        is_hidden(&format!("{error} {error:?} {error:#?}"));
    }
    for sent in fake.requests() {
        assert_eq!(sent.headers()["Wechatpay-Serial"], PUBLIC_KEY_ID);
        let body: serde_json::Value = serde_json::from_slice(sent.body()).expect("JSON");
        let sealed = body["encrypted_echo_message"].as_str().expect("a text");
        let opened = platform_key().open_oaep(sealed).expect("sealed for that key");
        assert_eq!(*opened, PLANTED.as_bytes());
        is_hidden(&String::from_utf8_lossy(sent.body()));
    }
    is_hidden(&format!("{client:?} {request:?}"));
    let text = log.text();
    is_hidden(&text);
    assert!(text.contains("secret=*** again=***"), "{text}");
}

#[test]
fn it_is_sealed_anew_each_time_and_never_in_part() {
    let merchant = crate::fake::merchant();
    let secret = Sensitive::from(PLANTED);
    let [one, two]: [String; 2] = [0, 1].map(|_| merchant.seal(&secret).expect("short enough"));
    assert_ne!(one, two);
    let long = Sensitive::from(PLANTED.repeat(9));
    let error = merchant.seal::<SealedName, _>(&long).expect_err("too long");
    assert!(matches!(error, SealError::Oaep(OaepError::TooLong { bytes: 234, .. })), "{error:?}");
    is_hidden(&format!("{error} {error:?}"));
}

#[test]
fn what_was_opened_is_as_hidden_as_what_is_sealed() {
    let key = crate::fake::merchant_key().public_key();
    let sealed = key.seal_oaep(PLANTED.as_bytes()).expect("short enough");
    let opened = crate::fake::merchant().open_field(&sealed).expect("sealed for it");
    is_hidden(&format!("{opened:?} {opened}"));
    assert_eq!(opened.expose_text(), Some(PLANTED));
    assert_eq!(Sensitive::new(vec![0xff]).expose_text(), None);
}
