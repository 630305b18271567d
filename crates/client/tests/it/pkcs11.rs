//! The example that signs with a token, against the real server, with SoftHSM as the token.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use redress_server::DIRECT;

use crate::server::start;

/// Where Debian's package `softhsm2` has its library.
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

#[tokio::test]
async fn a_key_on_a_token_signs() {
    if !Path::new(MODULE).exists() {
        assert!(
            std::env::var_os("REDRESS_REQUIRE_SOFTHSM").is_none(),
            "REDRESS_REQUIRE_SOFTHSM is set, and there is no {MODULE}"
        );
        eprintln!("skipped: there is no {MODULE}; Debian has it in softhsm2");
        return;
    }
    let server = start().await;
    let folder = server.merchant(DIRECT);
    let key = folder.join("apiclient_key.pem");
    let home = tempfile::tempdir().expect("a folder");
    let tokens = home.path().join("tokens");
    fs::create_dir(&tokens).expect("a folder");
    let settings = home.path().join("softhsm2.conf");
    fs::write(&settings, format!("directories.tokendir = {}\n", tokens.display())).expect("a file");
    let softhsm = |arguments: &[&str]| {
        let mut command = Command::new("softhsm2-util");
        let output = run(command.env("SOFTHSM2_CONF", &settings).args(arguments));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    softhsm(&["--init-token", "--free", "--label", "redress", "--pin", "1234", "--so-pin", "5678"]);
    let import = ["--token", "redress", "--label", "apiclient", "--id", "01", "--pin", "1234"];
    softhsm(&[&["--import", key.to_str().expect("a plain path")], &import[..]].concat());
    // From now on it is on the token only.
    fs::remove_file(&key).expect("the key's file");

    let sign = |pin: &'static str| {
        let (folder, settings) = (folder.clone(), settings.clone());
        tokio::task::spawn_blocking(move || {
            let program = ["--package", "redress", "--example", "sign_with_pkcs11", "--"];
            let mut command = Command::new(env!("CARGO"));
            command.args(["run", "--quiet"]).args(program).arg(folder).arg(MODULE);
            run(command.env("SOFTHSM2_CONF", settings).env("PKCS11_PIN", pin))
        })
    };
    let signed = sign("1234").await.expect("no panic");
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    assert!(String::from_utf8_lossy(&signed.stdout).contains(r#""echo_message": "hello""#));
    let refused = sign("4321").await.expect("no panic");
    assert!(!refused.status.success(), "the PIN is wrong");
    server.stop().await;
}
