//! The local CA: what it may vouch for, and that it stays.

use std::process::Command;
use std::sync::Arc;

use rcgen::{CertificateParams, Issuer, KeyPair};
use redress_server::CertificateAuthority;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier as _;
use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};

use super::{PROVIDER_NAMES, default_provider, https, roots};
use crate::caller::now;
use crate::world::World;

#[tokio::test]
async fn it_survives_a_restart() {
    let world = World::start().await;
    let kept = std::fs::read(world.server.server().ca_path()).unwrap();
    let world = world.restart().await;
    assert_eq!(std::fs::read(world.server.server().ca_path()).unwrap(), kept);
    https(&world, world.address(), "api.mch.weixin.qq.com").await.unwrap();
}

#[test]
fn its_key_is_a_secret_and_its_certificate_is_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::load_or_make(folder.path()).unwrap();
    let mode = |name: &str| {
        let path = folder.path().join("ca").join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode("ca_key.pem"), mode("ca.pem"), mode("")), (0o600, 0o644, 0o755));
    // Nothing is left beside it.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let shown = format!("{authority:?}");
    assert!(!shown.to_lowercase().contains("key"), "{shown}");
}

#[test]
fn many_at_once_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let pems: Vec<String> = std::thread::scope(|scope| {
        let make = || CertificateAuthority::load_or_make(folder.path()).unwrap().pem().to_owned();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(pems.iter().all(|pem| *pem == pems[0]));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    CertificateAuthority::load_or_make(&one).unwrap();
    CertificateAuthority::load_or_make(&two).unwrap();
    std::fs::copy(two.join("ca/ca_key.pem"), one.join("ca/ca_key.pem")).unwrap();
    let error = CertificateAuthority::load_or_make(&one).unwrap_err().to_string();
    assert!(error.ends_with("it does not belong to ca_key.pem beside it"), "{error}");
    for (file, broken) in [("ca_key.pem", "no key"), ("ca.pem", "no certificate"), ("ca.pem", "")] {
        std::fs::write(two.join("ca").join(file), broken).unwrap();
        let error = CertificateAuthority::load_or_make(&two).unwrap_err().to_string();
        assert!(error.contains(&format!("ca/{file}: it holds no ")), "{error}");
        std::fs::remove_file(two.join("ca").join(file)).unwrap();
        let error = CertificateAuthority::load_or_make(&two).unwrap_err().to_string();
        assert!(error.contains(file), "{error}");
        std::fs::remove_dir_all(two.join("ca")).unwrap();
        CertificateAuthority::load_or_make(&two).unwrap();
    }
}

/// Whoever steals the key cannot use it for other names: no verifier takes what it signs.
#[test]
fn it_cannot_vouch_for_other_names() {
    let folder = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::load_or_make(folder.path()).unwrap();
    let key = std::fs::read_to_string(folder.path().join("ca/ca_key.pem")).unwrap();
    let key = KeyPair::from_pem(&key).unwrap();
    let issuer = Issuer::from_ca_cert_pem(authority.pem(), key).unwrap();
    let provider = Arc::new(default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(roots(authority.pem().as_bytes()), provider)
            .build()
            .unwrap();
    let seconds = u64::try_from(now()).unwrap();
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let sound = ["localhost", "127.0.0.1", "127.9.9.9", "::1"];
    let unsound = ["example.com", "mch.weixin.qq.com", "pay.weixin.qq.com", "10.0.0.1", "::2"];
    let all = PROVIDER_NAMES.into_iter().chain(sound).map(|name| (name, true));
    for (name, expected) in all.chain(unsound.map(|name| (name, false))) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
        let asked = ServerName::try_from(name).unwrap();
        let verified = verifier.verify_server_cert(leaf.der(), &[], &asked, &[], at);
        assert_eq!(verified.is_ok(), expected, "{name}: {verified:?}");

        let path = folder.path().join("leaf.pem");
        std::fs::write(&path, leaf.pem()).unwrap();
        let args = ["verify", "-CAfile", authority.path().to_str().unwrap()];
        let Ok(output) = Command::new("openssl").args(args).arg(&path).output() else { continue };
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), expected, "{name}: {said}");
        assert!(expected || said.contains("permitted subtree violation"), "{name}: {said}");
    }
}
