//! `redress keys`: makes keys, shows them, and says whether they belong together.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use redress::api::Timestamp;
use redress::crypto::{Certificate, PrivateKey, PublicKey, random_bytes};
use serde_json::{Value as Json, json};

use crate::args::{Keys, KeysCheck, KeysNew, KeysShow};
use crate::caller;
use crate::check::{self, Findings};
use crate::doctor::now;
use crate::print::{self, Table};

pub(crate) fn run(command: &Keys) -> anyhow::Result<ExitCode> {
    match command {
        Keys::New(args) => new(args),
        Keys::Show(args) => show(args),
        Keys::Check(args) => check(args),
    }
}

fn new(args: &KeysNew) -> anyhow::Result<ExitCode> {
    let (mchid, folder) = (args.mchid.as_str(), &args.folder);
    let key = PrivateKey::generate()?;
    let (name, text) = if args.self_signed {
        let (now, mut serial) = (now()?, random_bytes::<20>());
        // Positive, and without a leading zero, as the provider's serial numbers are.
        serial[0] = (serial[0] & 0x3f) | 0x40;
        let end = now + i64::from(args.days) * 24 * 3600;
        let certificate = Certificate::issue(&key, mchid, serial, now, end)?;
        ("apiclient_cert.pem", certificate.to_pem())
    } else {
        ("apiclient_csr.pem", Certificate::request(&key, mchid)?)
    };
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let (key_path, path) = (folder.join("apiclient_key.pem"), folder.join(name));
    if path.exists() {
        bail!("{} is there already, and is not overwritten", path.display());
    }
    write_new(&key_path, &key.to_pkcs8_pem()?)?;
    write_new(&path, &text)?;
    let shown =
        [told(&key_path)?].into_iter().chain(args.self_signed.then(|| told(&path)).transpose()?);
    let shown: Vec<Json> = shown.collect();
    if args.output.json {
        print::json(&json!({ "files": [&key_path, &path], "keys": shown }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print_all(&shown);
    print::line(&format!("written: {}, {}", key_path.display(), path.display()));
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that is its owner's alone and was not there.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("writing {}", path.display()))
}

fn show(args: &KeysShow) -> anyhow::Result<ExitCode> {
    let shown: Vec<Json> = args.files.iter().map(|path| told(path)).collect::<Result<_, _>>()?;
    if args.output.json {
        print::json(&shown)?;
    } else {
        print_all(&shown);
    }
    Ok(ExitCode::SUCCESS)
}

fn print_all(shown: &[Json]) {
    for (number, one) in shown.iter().enumerate() {
        if number > 0 {
            print::line("");
        }
        let mut table = Table::new(&["field", "value"]);
        for (name, value) in one.as_object().into_iter().flatten() {
            if let Some(value) = value.as_str() {
                table.row([name.clone(), value.to_owned()]);
            }
        }
        table.print();
    }
}

/// What a file holds. A file with a key and its certificate is spoken of as a certificate.
enum Held {
    Certificate(Box<Certificate>),
    Private(PublicKey),
    Public(PublicKey),
}

impl Held {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let pem =
            fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        if let Ok(certificate) = Certificate::from_pem(&pem) {
            return Ok(Self::Certificate(Box::new(certificate)));
        }
        if let Ok(key) = PrivateKey::from_pem(&pem) {
            return Ok(Self::Private(key.public_key()));
        }
        let key = PublicKey::from_pem(&pem);
        let key = key.with_context(|| format!("{} holds no key in PEM", path.display()))?;
        Ok(Self::Public(key))
    }

    fn key(&self) -> &PublicKey {
        match self {
            Self::Certificate(certificate) => certificate.public_key(),
            Self::Private(key) | Self::Public(key) => key,
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Certificate(_) => "certificate",
            Self::Private(_) => "private key",
            Self::Public(_) => "public key",
        }
    }
}

fn told(path: &Path) -> anyhow::Result<Json> {
    let held = Held::read(path)?;
    let mut told = json!({
        "file": path,
        "holds": held.word(),
        "sha256 of the public key": held.key().fingerprint(),
    });
    if let Held::Certificate(certificate) = &held {
        told["serial"] = certificate.serial().as_str().into();
        told["valid from"] = Timestamp::from_unix(certificate.not_before()).to_string().into();
        told["valid until"] = Timestamp::from_unix(certificate.not_after()).to_string().into();
    }
    Ok(told)
}

fn check(args: &KeysCheck) -> anyhow::Result<ExitCode> {
    let (mut found, now) = (Findings::default(), now()?);
    let Some((first_path, others)) = args.files.split_first() else {
        check::folder(&mut found, &caller::folder(&args.who, None)?, now);
        return found.show(args.output);
    };
    let first = Held::read(first_path)?;
    let about = |path: &Path| path.display().to_string();
    found.ok(&about(first_path), format!("{} {}", first.word(), first.key().fingerprint()));
    for path in others {
        let held = Held::read(path)?;
        if held.key() == first.key() {
            found.ok(&about(path), format!("{} of the same key", held.word()));
        } else {
            let said = format!("{} of another key, {}", held.word(), held.key().fingerprint());
            found.problem(&about(path), said, "find the file that belongs to the first");
        }
    }
    for path in &args.files {
        if let Held::Certificate(certificate) = Held::read(path)? {
            check::validity(&mut found, &about(path), &certificate, now);
        }
    }
    found.show(args.output)
}
