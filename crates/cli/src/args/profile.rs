//! Profiles: which merchant, where, and whether it is for real.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, Subcommand};

use super::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Profile {
    /// Keep a merchant's folder under a name. Its files stay where they are; nothing is copied.
    Add(ProfileAdd),
    /// List the profiles.
    List(Output),
    /// Show a profile: the one named, or the one in use.
    Show(ProfileShow),
    /// Forget a profile. The merchant's folder stays.
    Remove(ProfileRemove),
    /// Take a profile whenever no merchant and no other profile is named.
    Use(ProfileUse),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ProfileAdd {
    /// 1–64 letters, digits, dots, dashes and underscores.
    pub(crate) name: ProfileName,
    /// The merchant's folder: apiclient_key.pem, wxp_pub.pem, merchant.json.
    #[arg(long, value_name = "DIR", env = "REDRESS_MERCHANT")]
    pub(crate) merchant: PathBuf,
    /// Call this host instead of the one in merchant.json.
    #[arg(long, value_name = "URL", env = "REDRESS_BASE_URL")]
    pub(crate) base_url: Option<String>,
    /// It may be sent to another host than this machine: the real service, with real money.
    #[arg(long)]
    pub(crate) live: bool,
    /// Take the place of a profile of this name.
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ProfileShow {
    /// Which; the one in use when left out.
    pub(crate) name: Option<ProfileName>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ProfileRemove {
    /// Which.
    pub(crate) name: ProfileName,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ProfileUse {
    /// Which.
    #[arg(required_unless_present = "none", conflicts_with = "none")]
    pub(crate) name: Option<ProfileName>,
    /// None from now on.
    #[arg(long)]
    pub(crate) none: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// The name of a profile.
#[derive(Clone, Debug)]
pub(crate) struct ProfileName(pub(crate) String);

impl FromStr for ProfileName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a name has 1 to 64 letters, digits, dots, dashes and underscores")
        }
    }
}
