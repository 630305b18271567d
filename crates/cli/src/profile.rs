//! `redress profile`: merchants by name.

mod file;

use std::process::ExitCode;

use anyhow::Context as _;
use redress::{Client, Merchant};
use serde_json::{Value as Json, json};

pub(crate) use self::file::{Profile, Profiles};
use crate::Usage;
use crate::args::{self, Output, ProfileAdd, ProfileName};
use crate::print::{self, Table};

pub(crate) fn run(command: args::Profile, named: Option<String>) -> anyhow::Result<ExitCode> {
    match command {
        args::Profile::Add(args) => add(args),
        args::Profile::List(output) => list(output),
        args::Profile::Show(args) => {
            let profiles = Profiles::load()?;
            let name = args.name.map(|name| name.0).or(named).or_else(|| profiles.current.clone());
            let name = name.ok_or_else(|| {
                Usage("no profile is in use: name one, or say `redress profile use NAME`".into())
            })?;
            show(&name, profiles.named(&name)?, &profiles, args.output)
        }
        args::Profile::Remove(args) => remove(&args.name.0, args.output),
        args::Profile::Use(args) => take(args.name, args.output),
    }
}

fn add(args: ProfileAdd) -> anyhow::Result<ExitCode> {
    let mut profiles = Profiles::load()?;
    let name = args.name.0;
    if profiles.profiles.contains_key(&name) && !args.replace {
        return Err(Usage(format!("there is a profile {name} already: add --replace")).into());
    }
    // What could not be used is not kept.
    let merchant = Merchant::from_folder(&args.merchant).context("no such merchant")?;
    let builder = Client::builder(merchant);
    match &args.base_url {
        Some(base_url) => builder.base_url(base_url).build()?,
        None => builder.build()?,
    };
    let merchant = std::path::absolute(&args.merchant)?;
    let profile = Profile { merchant, base_url: args.base_url, live: args.live };
    profiles.profiles.insert(name.clone(), profile.clone());
    profiles.save()?;
    show(&name, &profile, &profiles, args.output)
}

fn remove(name: &str, output: Output) -> anyhow::Result<ExitCode> {
    let mut profiles = Profiles::load()?;
    profiles.named(name)?;
    profiles.profiles.remove(name);
    profiles.current = profiles.current.filter(|current| current != name);
    profiles.save()?;
    if output.json {
        print::json(&json!({ "name": name, "removed": true }))?;
    } else {
        print::line(&format!("{name} is forgotten; the merchant's folder is as it was"));
    }
    Ok(ExitCode::SUCCESS)
}

fn take(name: Option<ProfileName>, output: Output) -> anyhow::Result<ExitCode> {
    let mut profiles = Profiles::load()?;
    let name = name.map(|name| name.0);
    if let Some(name) = &name {
        profiles.named(name)?;
    }
    profiles.current = name.clone();
    profiles.save()?;
    match name {
        Some(name) => show(&name, profiles.named(&name)?, &profiles, output),
        None if output.json => {
            print::json(&json!({ "current": null }))?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            print::line("no profile is in use");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list(output: Output) -> anyhow::Result<ExitCode> {
    let profiles = Profiles::load()?;
    let all: Vec<Json> =
        profiles.profiles.iter().map(|(name, one)| told(name, one, &profiles)).collect();
    if output.json {
        print::json(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&["", "profile", "merchant", "calls", "live"]);
    for one in &all {
        let yes = |name: &str, word: &str| {
            if one[name] == Json::Bool(true) { word.to_owned() } else { String::new() }
        };
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let row = [
            yes("current", "*"),
            text("name"),
            text("merchant"),
            text("calls"),
            yes("live", "live"),
        ];
        table.row(row);
    }
    table.print();
    Ok(ExitCode::SUCCESS)
}

fn show(
    name: &str,
    profile: &Profile,
    profiles: &Profiles,
    output: Output,
) -> anyhow::Result<ExitCode> {
    let told = told(name, profile, profiles);
    if output.json {
        print::json(&told)?;
    } else {
        print::fields(&told);
    }
    Ok(ExitCode::SUCCESS)
}

/// A profile, with what its folder says. A folder that is gone says nothing.
fn told(name: &str, profile: &Profile, profiles: &Profiles) -> Json {
    let Profile { merchant: folder, base_url, live } = profile;
    let merchant = Merchant::from_folder(folder);
    let merchant = merchant.as_ref().ok();
    json!({
        "name": name,
        "merchant": folder,
        "mchid": merchant.map(|merchant| merchant.mchid().as_str()),
        "calls": base_url.as_deref().or(merchant.map(Merchant::base_url)),
        "live": live,
        "current": profiles.current.as_deref() == Some(name),
        "usable": merchant.is_some(),
    })
}
