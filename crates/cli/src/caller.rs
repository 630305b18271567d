//! Who calls, and whom: what flags, environment and a profile say together.
//!
//! Flags come before the environment, the environment before the profile, and the profile before
//! what is usual. Another host than this machine is called for a live profile only.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use redress::api::Mchid;
use redress::{Client, ClientBuilder, Merchant};
use reqwest::Url;

use crate::Usage;
use crate::args::{Caller, Who};
use crate::profile::{Profile, Profiles};

/// The profile in force. One that is named always is; the one in use is only while nothing else
/// says who calls, so that it never leads another merchant to the real service.
pub(crate) fn profile(who: &Who) -> anyhow::Result<Option<(String, Profile)>> {
    let said = who.merchant.is_some() || who.mchid.is_some() || who.data.is_some();
    if who.profile.is_none() && said {
        return Ok(None);
    }
    let profiles = Profiles::load()?;
    let Some(name) = who.profile.clone().or_else(|| profiles.current.clone()) else {
        return Ok(None);
    };
    let profile = profiles.named(&name)?.clone();
    Ok(Some((name, profile)))
}

/// The folder that a call signs with: the one named, or that of a merchant under `--data`.
pub(crate) fn folder(who: &Who, usual: Option<&str>) -> anyhow::Result<PathBuf> {
    let under_data = |mchid: &str| who.data().join("merchants").join(mchid);
    if let Some(folder) = &who.merchant {
        return Ok(folder.clone());
    }
    if let Some(mchid) = &who.mchid {
        return Ok(under_data(Mchid::as_str(mchid)));
    }
    if who.data.is_none()
        && let Some((_, profile)) = profile(who)?
    {
        return Ok(profile.merchant);
    }
    let usual = usual.context("say who calls: --merchant DIR, --mchid NUMBER or --profile NAME")?;
    Ok(under_data(usual))
}

/// Who signs.
pub(crate) fn merchant(who: &Who, usual: Option<&str>) -> anyhow::Result<Merchant> {
    let folder = folder(who, usual)?;
    let merchant =
        Merchant::from_folder(&folder).context("no such merchant; is `redress serve` set up?")?;
    Ok(match profile(who)?.and_then(|(_, profile)| profile.base_url) {
        Some(base_url) => merchant.with_base_url(base_url),
        None => merchant,
    })
}

/// A client for a call. Whom it calls is decided here: another host than this machine only if the
/// profile says so, and then it is said.
pub(crate) fn client(caller: &Caller, merchant: Merchant) -> anyhow::Result<Client> {
    let base_url = caller.base_url.as_deref().unwrap_or(merchant.base_url()).to_owned();
    let mchid = merchant.mchid().clone();
    let client = builder(caller, merchant).build()?;
    match profile(&caller.who)? {
        Some((name, Profile { live: true, .. })) => {
            let mut stderr = anstream::stderr();
            let _ = writeln!(
                stderr,
                "redress: profile {name} is live: merchant {mchid} calls {base_url}"
            );
        }
        Some(_) | None if is_loopback(&base_url) => {}
        Some((name, _)) => {
            return Err(Usage(format!(
                "nothing was sent: {base_url} is not this machine, and profile {name} is not live. \
                 If it is meant, say `redress profile add {name} --replace --live …`"
            ))
            .into());
        }
        None => {
            return Err(Usage(format!(
                "nothing was sent: {base_url} is not this machine. If it is meant, say \
                 `redress profile add NAME --merchant DIR --live`, and then --profile NAME"
            ))
            .into());
        }
    }
    Ok(client)
}

/// The same client without a look at whom it would call.
pub(crate) fn builder(caller: &Caller, merchant: Merchant) -> ClientBuilder {
    let builder = Client::builder(merchant).timeout(Duration::from_secs(caller.timeout));
    match &caller.base_url {
        Some(base_url) => builder.base_url(base_url),
        None => builder,
    }
}

/// Whether a URL leads to this machine, whatever a resolver says.
fn is_loopback(base_url: &str) -> bool {
    let Ok(url) = Url::parse(base_url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn this_machine_is_told_from_all_others() {
        for here in ["localhost", "LOCALHOST:1", "127.0.0.1:8790", "127.9.9.9", "127.1", "[::1]:1"]
        {
            assert!(is_loopback(&format!("http://{here}")), "{here}");
            assert!(is_loopback(&format!("https://{here}/")), "{here}");
        }
        assert!(is_loopback("http://[::ffff:127.0.0.1]"));
        for there in [
            "https://api.mch.weixin.qq.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com",
            "http://shop.localhost",
            "http://0.0.0.0:8790",
            "http://10.0.0.1",
            "http://[::]",
            "http://[2001:db8::1]",
            "127.0.0.1",
            "",
        ] {
            assert!(!is_loopback(there), "{there}");
        }
    }
}
