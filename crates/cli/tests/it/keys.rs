//! `redress keys`.

use std::fs;
use std::path::Path;

use redress::crypto::{Certificate, PrivateKey};

use crate::served::{json, run, stderr, stdout};

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn keys_are_made_shown_and_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = folder.path().join("made");
    let new = ["keys", "new", text(&made), "--mchid", "1900007291"];
    let output = run(&[&new[..], &["--self-signed", "--days", "10", "--json"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    redress_trail::plant_folder(&made);
    let (key_path, cert_path) = (made.join("apiclient_key.pem"), made.join("apiclient_cert.pem"));
    let key = fs::read_to_string(&key_path).expect("a key");
    let certificate = fs::read_to_string(&cert_path).expect("a certificate");
    let certificate = Certificate::from_pem(&certificate).expect("a certificate");
    let public = PrivateKey::from_pem(&key).expect("a key").public_key();
    assert_eq!(*certificate.public_key(), public);
    assert_eq!(certificate.not_after() - certificate.not_before(), 10 * 24 * 3600);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&key_path).expect("a key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(!run(&new).status.success(), "a key is not overwritten");
    assert_eq!(fs::read_to_string(&key_path).expect("a key"), key);

    let shown = run(&["keys", "show", text(&key_path), text(&cert_path), "--json"]);
    let told = json(&shown);
    assert_eq!(
        (&told[0]["holds"], &told[1]["holds"]),
        (&"private key".into(), &"certificate".into())
    );
    assert_eq!(told[0]["sha256 of the public key"], public.fingerprint());
    assert_eq!(told[1]["serial"], certificate.serial().as_str());
    assert_eq!(certificate.serial().as_str().len(), 40);
    let secret = key.lines().nth(1).expect("a line of the key");
    for output in [&shown, &output, &run(&["keys", "show", text(&key_path)])] {
        assert!(!stdout(output).contains(secret), "a private key is not shown");
    }
    assert_eq!(run(&["keys", "show", "/nowhere.pem"]).status.code(), Some(1));

    let other = folder.path().join("other");
    let output = run(&["keys", "new", text(&other), "--mchid", "1900007291"]);
    assert!(output.status.success(), "{}", stderr(&output));
    redress_trail::plant_folder(&other);
    let request = fs::read_to_string(other.join("apiclient_csr.pem")).expect("a request");
    assert!(request.starts_with("-----BEGIN CERTIFICATE REQUEST-----"), "{request}");
    assert!(!other.join("apiclient_cert.pem").exists());

    let right = run(&["keys", "check", text(&key_path), text(&cert_path)]);
    assert_eq!(right.status.code(), Some(0), "{}", stdout(&right));
    assert!(stdout(&right).contains("warning"), "it ends in ten days: {}", stdout(&right));
    let wrong = run(&["keys", "check", text(&other.join("apiclient_key.pem")), text(&cert_path)]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(stdout(&wrong).contains("certificate of another key"), "{}", stdout(&wrong));
}

#[test]
fn an_expired_certificate_is_a_problem() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = PrivateKey::generate().expect("a key");
    let certificate = Certificate::issue(&key, "1900007291", [0x41; 20], 0, 1_600_000_000);
    let path = folder.path().join("old.pem");
    fs::write(&path, certificate.expect("a certificate").to_pem()).expect("a file");
    let output = run(&["keys", "check", text(&path)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("expired at 2020-09-13"), "{}", stdout(&output));
}
