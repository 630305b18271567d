//! `redress message`: signs, verifies and opens what stands in files.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use http::header::AUTHORIZATION;
use redress::crypto::{
    Authorization, PROBE_PREFIX, PublicKey, ResponseSignature, Serial, fresh_answer,
    request_message, response_message,
};
use redress::{Client, Merchant};
use serde_json::{Value as Json, json};

use crate::args::{Message, MessageOpen, MessageSign, MessageVerify};
use crate::call::body;
use crate::caller::merchant;
use crate::explain::Capture;
use crate::print::{self, BAD, GOOD};
use crate::{USAGE, Usage};

pub(crate) async fn run(command: Message) -> anyhow::Result<ExitCode> {
    match command {
        Message::Sign(args) => sign(args).await,
        Message::Verify(args) => verify(&args).or_else(|error| {
            // 1 would say that the signature is wrong.
            print::error(&error);
            Ok(ExitCode::from(USAGE))
        }),
        Message::Open(args) => open(&args),
    }
}

async fn sign(args: MessageSign) -> anyhow::Result<ExitCode> {
    let body = body(args.json.as_deref())?;
    let client = Client::builder(merchant(&args.who, None)?).build()?;
    let signed = client.sign_call(args.method, &args.path, body).await?;
    let value = signed.headers().get(AUTHORIZATION).context("the request was not signed")?;
    let value = value.to_str()?;
    if !args.message {
        print::line(value);
        return Ok(ExitCode::SUCCESS);
    }
    let Authorization { timestamp, nonce_str, .. } = Authorization::parse(value)?;
    let method = signed.method().as_str();
    exactly(&request_message(method, &args.path, &timestamp, &nonce_str, signed.body()));
    Ok(ExitCode::SUCCESS)
}

/// Prints bytes, and no line feed of its own. A reader that went away is no error.
fn exactly(bytes: &[u8]) {
    let mut stdout = std::io::stdout();
    let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
}

fn verify(args: &MessageVerify) -> anyhow::Result<ExitCode> {
    let Capture { headers, body, .. } = Capture::read(&args.file)?;
    let keys = match &args.key {
        Some(path) => Keys::One(public_key(path)?),
        None => Keys::Of(Box::new(merchant(&args.who, None)?)),
    };
    let signature = ResponseSignature::from_headers(&headers);
    let serial = signature.as_ref().ok().map(|signature| signature.serial.clone());
    let checked = signature.map_err(anyhow::Error::new).and_then(|signature| {
        let key = keys.of(&signature.serial)?;
        let message = response_message(&signature.timestamp, &signature.nonce, &body);
        if !key.verify(&message, &signature.signature) {
            let probe = signature.signature.starts_with(PROBE_PREFIX);
            return Err(anyhow!(if probe {
                "it is a probe of the platform, wrong on purpose"
            } else {
                "the signature does not fit the message"
            }));
        }
        match args.at {
            Some(at) => Ok(fresh_answer(&signature.timestamp, at)?),
            None => Ok(()),
        }
    });
    let why = checked.as_ref().err().map(|error| format!("{error:#}"));
    let good = why.is_none();
    if args.output.json {
        print::json(&json!({ "good": good, "serial": serial, "why": why }))?;
    } else {
        let serial = serial.unwrap_or_default();
        print::line(&match why {
            None => format!("{GOOD}good{GOOD:#}  signed with {serial}"),
            Some(why) => format!("{BAD}wrong{BAD:#}  {why}"),
        });
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whom a message is believed.
enum Keys {
    One(PublicKey),
    Of(Box<Merchant>),
}

impl Keys {
    fn of(&self, serial: &str) -> anyhow::Result<&PublicKey> {
        match self {
            // It is named by hand, whatever the message names.
            Self::One(key) => Ok(key),
            Self::Of(merchant) => {
                let known = Serial::parse(serial).ok();
                let key = known.and_then(|serial| merchant.platform_keys().get(&serial));
                key.with_context(|| format!("the merchant's folder has no key for {serial}"))
            }
        }
    }
}

fn public_key(path: &Path) -> anyhow::Result<PublicKey> {
    let pem = std::fs::read_to_string(path);
    let pem = pem.with_context(|| format!("{} cannot be read", path.display()))?;
    PublicKey::from_pem(&pem).with_context(|| {
        format!("{} is neither a public key nor a certificate in PEM", path.display())
    })
}

fn open(args: &MessageOpen) -> anyhow::Result<ExitCode> {
    let merchant = merchant(&args.who, None)?;
    let given = Capture::read_bytes(&args.file)?;
    if args.field {
        let sealed = str::from_utf8(&given).map_err(|_not_text| Usage("no Base64".to_owned()))?;
        // Base64 in lines is one text.
        let sealed: String = sealed.split_ascii_whitespace().collect();
        exactly(merchant.open_field(&sealed)?.expose());
        return Ok(ExitCode::SUCCESS);
    }
    let body = match Capture::parse(&given) {
        Ok(capture) => capture.body,
        Err(_) => given,
    };
    let callback: Json = serde_json::from_slice(&body)
        .map_err(|_sealed| Usage(format!("{} holds no callback: no JSON", args.file)))?;
    // The resource may stand alone.
    let sealed = if callback["resource"].is_object() { &callback["resource"] } else { &callback };
    let text = |name: &str| sealed[name].as_str();
    let (Some(nonce), Some(ciphertext)) = (text("nonce"), text("ciphertext")) else {
        return Err(Usage(format!("{} holds no resource that is sealed", args.file)).into());
    };
    let associated = text("associated_data").unwrap_or_default();
    let key = merchant.apiv3_key().context("merchant.json has no apiv3_key to open it with")?;
    exactly(&key.open(nonce.as_bytes(), associated.as_bytes(), ciphertext)?);
    Ok(ExitCode::SUCCESS)
}
