//! Merchants' folders: what is read, and what is said of files that cannot be used.

use std::error::Error as _;
use std::fs;
use std::path::Path;

use redress::api::sharing::SealedName;
use redress::crypto::OaepError;
use redress::{
    FolderError, Merchant, PRODUCTION, SealError, Sensitive, SignError, Signer, Signing,
};
use redress_trail::Seen as _;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::fake::{PUBLIC_KEY_ID, merchant_key, platform_key};

fn identity() -> Json {
    json!({
        "mchid": "1900001108",
        "serial_no": "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C",
        "apiv3_key": "0123456789abcdefghijklmnopqrstuv",
        "public_key_id": PUBLIC_KEY_ID,
        "appid": "wxd678efh567hg6787",
        "base_url": "http://127.0.0.1:8790",
    })
}

fn folder(identity: &Json) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a file");
    };
    write("merchant.json", &identity.to_string());
    write("apiclient_key.pem", &merchant_key().to_pkcs8_pem().expect("a PEM"));
    write("wxp_pub.pem", &platform_key().public_key().to_spki_pem());
    folder
}

fn refused(folder: &Path) -> FolderError {
    redress_trail::plant_folder(folder);
    Merchant::from_folder(folder).seen().expect_err("a folder that cannot be used")
}

#[test]
fn a_whole_folder_is_read() {
    let folder = folder(&identity());
    let merchant = Merchant::from_folder(folder.path()).expect("a merchant");
    assert_eq!(merchant.mchid().as_str(), "1900001108");
    assert_eq!(merchant.serial_no().as_str(), "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C");
    assert_eq!(merchant.public_key_id().as_str(), PUBLIC_KEY_ID);
    assert_eq!(merchant.appid().expect("an appid").as_str(), "wxd678efh567hg6787");
    assert_eq!(merchant.base_url(), "http://127.0.0.1:8790");
    assert!(merchant.apiv3_key().is_some());
    let trusted = merchant.platform_keys().get(merchant.public_key_id());
    assert_eq!(trusted, Some(&platform_key().public_key()));
}

#[test]
fn sensitive_fields_are_sealed_for_the_platform_and_opened_with_the_merchants_key() {
    let merchant = Merchant::from_folder(folder(&identity()).path()).expect("a merchant");
    let name = Sensitive::from("张三");
    let sealed: String = merchant.seal(&name).expect("short enough");
    assert_eq!(*platform_key().open_oaep(&sealed).expect("sealed for it"), "张三".as_bytes());
    assert_eq!(merchant.open_field(&sealed).unwrap_err(), OaepError::Refused);
    let sealed = merchant_key().public_key().seal_oaep("张三".as_bytes()).expect("short enough");
    let opened = merchant.open_field(&sealed).expect("sealed for it");
    assert_eq!(opened.expose_text(), Some("张三"));
    let too_long = SealError::Oaep(OaepError::TooLong { bytes: 215, bytes_max: 214 });
    let long = Sensitive::from("z".repeat(215));
    assert_eq!(merchant.seal::<SealedName, _>(&long), Err(too_long));
}

#[test]
fn appid_key_and_base_url_may_be_absent() {
    let mut identity = identity();
    identity["appid"] = Json::Null;
    let fields = identity.as_object_mut().expect("an object");
    fields.shift_remove("apiv3_key");
    fields.shift_remove("base_url");
    let folder = folder(&identity);
    let merchant = Merchant::from_folder(folder.path()).expect("a merchant");
    assert_eq!(merchant.appid(), None);
    assert!(merchant.apiv3_key().is_none());
    assert_eq!(merchant.base_url(), PRODUCTION);
}

#[test]
fn a_missing_file_is_named_with_what_to_do() {
    for name in ["merchant.json", "apiclient_key.pem", "wxp_pub.pem"] {
        let folder = folder(&identity());
        fs::remove_file(folder.path().join(name)).expect("a file");
        let error = refused(folder.path());
        assert_eq!(error.path(), folder.path().join(name));
        assert!(error.to_string().contains(name), "{error}");
        assert!(error.to_string().contains("redress serve"), "{error}");
    }
}

#[test]
fn a_folder_without_the_key_is_enough_for_who_signs_elsewhere() {
    struct Nowhere;
    impl Signer for Nowhere {
        fn sign<'a>(&'a self, _message: &'a [u8]) -> Signing<'a> {
            Box::pin(async { Err(SignError::new("nobody asked")) })
        }
    }
    let folder = folder(&identity());
    fs::remove_file(folder.path().join("apiclient_key.pem")).expect("a file");
    let merchant = Merchant::from_folder_signing_elsewhere(folder.path(), Nowhere);
    let merchant = merchant.expect("a merchant");
    assert_eq!(merchant.mchid().as_str(), "1900001108");
    assert!(merchant.apiv3_key().is_some());
    fs::remove_file(folder.path().join("wxp_pub.pem")).expect("a file");
    let error = Merchant::from_folder_signing_elsewhere(folder.path(), Nowhere);
    assert_eq!(error.expect_err("no key").path(), folder.path().join("wxp_pub.pem"));
}

#[test]
fn a_file_of_another_kind_is_named() {
    let public = platform_key().public_key().to_spki_pem();
    let private = merchant_key().to_pkcs8_pem().expect("a PEM");
    for (name, text) in
        [("merchant.json", "{"), ("apiclient_key.pem", &*public), ("wxp_pub.pem", &*private)]
    {
        let folder = folder(&identity());
        fs::write(folder.path().join(name), text).expect("a file");
        assert_eq!(refused(folder.path()).path(), folder.path().join(name));
    }
}

#[test]
fn a_wrong_field_is_named_and_not_shown() {
    for (field, value) in [
        ("mchid", json!("0hidden")),
        ("mchid", Json::Null),
        ("serial_no", json!("hidden")),
        ("public_key_id", json!(["hidden"])),
        ("apiv3_key", json!("hidden")),
        ("apiv3_key", json!({ "hidden": "hidden" })),
        ("appid", json!("hidden hidden")),
        ("base_url", json!(8790)),
    ] {
        let mut identity = identity();
        identity[field] = value;
        let folder = folder(&identity);
        let error = refused(folder.path());
        let cause = error.source().expect("a cause").to_string();
        assert!(cause.starts_with(field), "{cause}");
        assert!(!format!("{error} {cause} {error:?}").contains("hidden"), "{error:?}");
    }
}
