//! Secrets that a run of the tests knows, so that they can be looked for.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::{Sheet, folder};

/// The part of the trail that says what is secret, and is not searched.
pub const SECRETS: &str = "secrets";

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A line of the Base64 of a private key.
    PrivateKey,
    /// An `APIv3` key.
    ApiV3Key,
    /// The plaintext of a field or a resource that travels sealed.
    Plaintext,
    /// The signature of an `Authorization`, or a token.
    Authorization,
}

impl Kind {
    /// Each of them.
    pub const ALL: [Self; 4] =
        [Self::PrivateKey, Self::ApiV3Key, Self::Plaintext, Self::Authorization];

    /// As the trail names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PrivateKey => "private-key",
            Self::ApiV3Key => "apiv3-key",
            Self::Plaintext => "plaintext",
            Self::Authorization => "authorization",
        }
    }
}

/// Notes a secret: each line of it that is long enough to be told from other text.
pub fn plant(kind: Kind, secret: &str) {
    static PLANTED: OnceLock<Option<Sheet>> = OnceLock::new();
    let Some(planted) = PLANTED.get_or_init(|| Sheet::open(SECRETS)) else { return };
    // Six bytes are two Chinese characters: a name. Keys end in short lines that say little.
    let least = if kind == Kind::Plaintext { 6 } else { 8 };
    for line in secret.lines().map(str::trim) {
        if line.len() >= least && !line.starts_with("-----") {
            planted.add(format!("{} {line}", kind.word()).as_bytes());
        }
    }
}

/// Notes the keys in a folder and those below it: in `merchant.json` and in PEM files.
pub fn plant_folder(data: &Path) {
    if folder().is_none() {
        return;
    }
    // What is gone holds no secret any more, and a file may be moved into its place just then.
    let Ok(entries) = fs::read_dir(data) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            plant_folder(&path);
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if text.contains("PRIVATE KEY-----") {
            plant(Kind::PrivateKey, &text);
        } else if let Ok(file) = serde_json::from_str::<Json>(&text)
            && let Some(key) = file["apiv3_key"].as_str()
        {
            plant(Kind::ApiV3Key, key);
        }
    }
}
