//! The file that profiles are kept in. It names folders and holds no key.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde::{Deserialize, Serialize};

use crate::Usage;

/// Names another file.
const VARIABLE: &str = "REDRESS_CONFIG";

/// A merchant's folder, where its service is, and whether it is for real.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) merchant: PathBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<String>,
    #[serde(default)]
    pub(crate) live: bool,
}

/// All profiles.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profiles {
    /// The one in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

impl Profiles {
    /// Reads the file; without one there are no profiles.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let Some(path) = path() else { return Ok(Self::default()) };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                return Err(anyhow!(error).context(format!("reading {}", path.display())));
            }
        };
        serde_json::from_str(&text).map_err(|error| {
            let path = path.display();
            Usage(format!("{path} is not a file of profiles: {error}; correct it or delete it"))
                .into()
        })
    }

    /// Writes the file whole, for its owner alone.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let path = path().with_context(|| {
            format!("there is no home folder to keep profiles in: set {VARIABLE} to a file")
        })?;
        self.save_to(&path).with_context(|| format!("writing {}", path.display()))
    }

    fn save_to(&self, path: &Path) -> anyhow::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // A file that is made this way is its owner's alone, and takes the other's place at once.
        let mut beside = tempfile::NamedTempFile::new_in(folder)?;
        beside.write_all((serde_json::to_string_pretty(self)? + "\n").as_bytes())?;
        beside.as_file().sync_all()?;
        beside.persist(path)?;
        Ok(())
    }

    /// The profile of this name.
    pub(crate) fn named(&self, name: &str) -> anyhow::Result<&Profile> {
        self.profiles.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            let known =
                if known.is_empty() { "there is none".to_owned() } else { known.join(", ") };
            Usage(format!(
                "there is no profile {name} ({known}): `redress profile add {name} --merchant DIR` \
                 makes it"
            ))
            .into()
        })
    }
}

/// Where the file is: in the folder that the platform keeps settings in.
fn path() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = set(VARIABLE) {
        return Some(path);
    }
    let folder = if let Some(folder) = set("XDG_CONFIG_HOME").filter(|path| path.is_absolute()) {
        folder
    } else if cfg!(windows) {
        set("APPDATA")?
    } else if cfg!(target_os = "macos") {
        env::home_dir()?.join("Library/Application Support")
    } else {
        env::home_dir()?.join(".config")
    };
    Some(folder.join("redress").join("profiles.json"))
}
