//! `redress reset`.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::json;

use crate::args::Reset;
use crate::print;

pub(crate) fn run(args: &Reset) -> anyhow::Result<ExitCode> {
    let data = &args.data.data;
    if !data.exists() {
        return done(args, false, &format!("{} does not exist", data.display()));
    }
    // Whatever else the folder may be, it must not be somebody's home.
    let ours = ["redress.db", "platform", "ca/ca_key.pem"];
    if !ours.iter().any(|ours| data.join(ours).exists()) {
        bail!("{} is no data folder of redress; nothing was deleted", data.display());
    }
    redress_store::Store::open(&redress_server::database(data), redress_store::Options::default())
        .context("nothing was deleted; is a server running? stop it first")?;
    if !args.yes && !confirmed(&data.display().to_string())? {
        return done(args, false, "nothing was deleted");
    }
    std::fs::remove_dir_all(data).with_context(|| format!("cannot delete {}", data.display()))?;
    done(args, true, &format!("{} is deleted", data.display()))
}

fn confirmed(data: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("to delete {data} without being asked, add --yes");
    }
    let mut asked = anstream::stderr();
    write!(asked, "Delete {data} with its keys, merchants, orders and ledger? [y/N] ")?;
    asked.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn done(args: &Reset, deleted: bool, text: &str) -> anyhow::Result<ExitCode> {
    if args.output.json {
        print::json(&json!({ "data": args.data.data, "deleted": deleted }))?;
    } else {
        print::line(text);
    }
    Ok(ExitCode::SUCCESS)
}
