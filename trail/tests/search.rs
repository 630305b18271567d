//! The search finds what is planted, in whatever file, and does not content itself with nothing.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const KEY: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";

/// A trail as a whole run leaves it, without a leak.
fn whole() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let secrets = "private-key 8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDu\n\
                   apiv3-key 0123456789abcdefghijklmnopqrstuv\n\
                   plaintext 张三\n\
                   authorization c0ntroltoken\n";
    let log = "2026-11-25T00:00:00.000000Z TRACE redress: the trail begins\n";
    let line = "a line that tells nothing, as most lines of a log do, and fills the file\n";
    let much = log.to_owned() + &line.repeat(20_000);
    for (name, text) in [
        ("secrets/it-1.1", secrets),
        ("logs/it-1.1", &much),
        ("seen/it-1.1", &much),
        ("cli/serve-2.err", &much),
        ("cli/call-3.err", log),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn search(folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_redress-trail"));
    command.arg(folder).output().expect("it runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_whole_trail_without_a_leak_is_clean() {
    let output = search(whole().path());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains(" bytes in 4 files for 4 planted secrets"), "{}", said(&output));
}

#[test]
fn each_leak_is_found_in_each_part() {
    let signature = "Ab+/".repeat(86);
    for (kind, leak) in [
        ("private-key", "key: 8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDu."),
        ("private-key", &format!("{{\"key\":\"{KEY}\"}}")),
        ("private-key", "-----BEGIN EC PRIVATE KEY-----"),
        ("apiv3-key", "ApiV3Key(0123456789abcdefghijklmnopqrstuv)"),
        ("plaintext", "name=张三"),
        ("authorization", "Bearer c0ntroltoken"),
        ("authorization", &format!("nonce_str=\"a\",signature=\"{signature}\"")),
        ("authorization", &format!("{{\"value\":\"signature=\\\"{signature}\\\"\"}}")),
    ] {
        for name in ["logs/it-1.1", "seen/it-1.1", "cli/serve-2.err", "cli/serve-2.out"] {
            let trail = whole();
            let path = trail.path().join(name);
            let before = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, format!("{before}{leak}\n{before}")).expect("a file");
            let output = search(trail.path());
            let text = said(&output);
            assert_eq!(output.status.code(), Some(1), "{leak} in {name}: {text}");
            assert!(text.contains(&format!("{name} shows a secret: {kind}")), "{text}");
            assert_eq!(text.matches("shows a secret").count(), 1, "{text}");
            assert!(!text.contains("8cKjMzEf") && !text.contains("张三"), "{text}");
        }
    }
}

#[test]
fn what_was_left_out_is_no_leak() {
    let trail = whole();
    let masked = "Authorization: WECHATPAY2-SHA256-RSA2048 mchid=\"1\",signature=\"***\"\n";
    fs::write(trail.path().join("cli/call-3.out"), masked).expect("a file");
    assert_eq!(search(trail.path()).status.code(), Some(0));
}

#[test]
fn a_thin_trail_proves_nothing() {
    for (gone, why) in [
        ("logs/it-1.1", "logs has 0 bytes"),
        ("seen/it-1.1", "seen has 0 bytes"),
        ("secrets/it-1.1", "nothing of the kind apiv3-key was planted"),
        ("cli/call-3.err", "no log of cli/call-"),
    ] {
        let trail = whole();
        fs::remove_file(trail.path().join(gone)).expect("it was there");
        let output = search(trail.path());
        assert_eq!(output.status.code(), Some(1), "{gone}");
        assert!(said(&output).contains(why), "{}", said(&output));
    }
    let nothing = TempDir::new().expect("a folder");
    assert_eq!(search(nothing.path()).status.code(), Some(1));
}
