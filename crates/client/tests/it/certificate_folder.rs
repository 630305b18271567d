//! Certificates that are kept in a folder: trusted by the next client without a fetch, and checked
//! when they are read.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use redress::crypto::{ApiV3Key, Certificate, PrivateKey};
use redress::{Client, Retry};

use crate::fake::merchant;
use crate::trust::{KEY, Rotated, is_unknown, query};
use redress_trail::Log;

fn client(platform: &Arc<Rotated>, folder: &Path, key: Option<&str>) -> Client<Arc<Rotated>> {
    let merchant = match key {
        Some(key) => merchant().with_apiv3_key(ApiV3Key::new(key).expect("a key")),
        None => merchant(),
    };
    let builder = Client::builder(merchant).retry(Retry::none()).certificate_folder(folder);
    builder.build_with(Arc::clone(platform)).expect("a client")
}

/// Whether an answer with the platform's certificate is believed.
async fn believes(client: &Client<Arc<Rotated>>) -> bool {
    let error = client.send(&query()).await.expect_err("there is no such bill");
    assert!(error.api().is_some() || is_unknown(&error), "{error}");
    error.api().is_some_and(|answer| answer.verified)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect()
}

#[tokio::test]
async fn the_next_client_starts_without_a_download() {
    let platform = Arc::new(Rotated::new());
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("not/there/yet");
    assert!(believes(&client(&platform, &folder, Some(KEY))).await);
    assert_eq!(platform.lists.load(SeqCst), 1);
    let name = format!("wechatpay_{}.pem", platform.serial);
    assert_eq!(names(&folder), [&*name], "and nothing unfinished");
    let kept = fs::read_to_string(folder.join(&name)).unwrap();
    assert_eq!(Certificate::from_pem(&kept).unwrap().serial(), &platform.serial);

    // It needs no key to open it with, and asks nobody.
    let next = client(&platform, &folder, None);
    assert!(next.trust().ring().get(&platform.serial).is_some());
    assert!(believes(&next).await);
    assert!(believes(&client(&platform, &folder, Some(KEY))).await);
    assert_eq!(platform.lists.load(SeqCst), 1);
    assert!(!believes(&client(&platform, &folder.join("other"), None)).await);
}

#[tokio::test]
async fn a_file_that_is_not_what_it_says_is_told_of_and_passed_over() {
    let platform = Arc::new(Rotated::new());
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let key = PrivateKey::generate().unwrap();
    let issue = |serial: u8, end: i64| {
        Certificate::issue(&key, "Tenpay.com", [serial; 20], 1_600_000_000, end).unwrap()
    };
    let (expired, good) = (issue(0x52, 1_700_000_000), issue(0x53, 4_000_000_000));
    put("wechatpay_AA.pem", "no certificate");
    put("wechatpay_BB.pem", &platform.certificate);
    put(&format!("wechatpay_{}.pem", expired.serial()), &expired.to_pem());
    put("wechatpay_not hexadecimal.pem", &good.to_pem());
    let cut = &platform.certificate[..platform.certificate.len() / 2];
    put(&format!("wechatpay_{}.pem", platform.serial), cut);
    fs::create_dir(folder.path().join("wechatpay_CC.pem")).unwrap();
    // Not named like one: nobody's business.
    put("apiclient_cert.pem", "whatever");
    put(".wechatpay_0000", cut);

    let (log, guard) = Log::of_thread();
    let made = client(&platform, folder.path(), Some(KEY));
    drop(guard);
    assert_eq!(made.trust().report().keys.len(), 1, "the public key alone");
    let log = log.text();
    assert_eq!(log.matches("WARN").count(), 6, "{log}");
    for said in ["holds no certificate", "its name says another", "has run out", "cannot be read"] {
        assert!(log.contains(said), "{said}: {log}");
    }

    // What is cut is fetched, and then whole.
    assert!(believes(&made).await);
    assert_eq!(platform.lists.load(SeqCst), 1);
    assert!(believes(&client(&platform, folder.path(), None)).await);
    assert!(
        names(folder.path())
            .iter()
            .all(|name| !name.starts_with(".wechatpay_") || name == ".wechatpay_0000")
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_of_and_the_call_succeeds() {
    let platform = Arc::new(Rotated::new());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    let (log, _guard) = Log::of_thread();
    assert!(believes(&client(&platform, &file, Some(KEY))).await);
    assert!(log.text().contains("a certificate is not kept"), "{}", log.text());
}

/// What the merchant was given has the last word.
#[tokio::test]
async fn what_is_kept_does_not_replace_what_was_given() {
    let platform = Arc::new(Rotated::new());
    let folder = tempfile::tempdir().unwrap();
    let stranger = PrivateKey::generate().unwrap();
    let forged = Certificate::issue(&stranger, "-", [0x51; 20], 1_600_000_000, 4_000_000_000);
    let forged = forged.unwrap();
    assert_eq!(forged.serial(), &platform.serial);
    fs::write(folder.path().join(format!("wechatpay_{}.pem", platform.serial)), forged.to_pem())
        .unwrap();
    let given = Certificate::from_pem(&platform.certificate).unwrap();
    let builder = Client::builder(merchant().with_certificate(&given)).retry(Retry::none());
    let builder = builder.certificate_folder(folder.path());
    assert!(believes(&builder.build_with(Arc::clone(&platform)).unwrap()).await);
}
