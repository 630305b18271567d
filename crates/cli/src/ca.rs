//! `redress ca`.

mod help;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use redress::api::Timestamp;
use redress_server::CertificateAuthority;
use serde_json::json;

use self::help::{Help, Section};
use crate::args::{Ca, CaHelp, CaShow, Os};
use crate::print::{self, HEAD, Table};

pub(crate) fn run(args: &Ca) -> anyhow::Result<ExitCode> {
    match args {
        Ca::Show(args) => show(args),
        Ca::InstallHelp(args) => install_help(args),
    }
}

/// The CA, and the full path of its certificate, which works from any folder.
fn open(data: &std::path::Path) -> anyhow::Result<(CertificateAuthority, PathBuf)> {
    let authority = CertificateAuthority::load_or_make(data)
        .with_context(|| format!("{} has no CA; is --data right?", data.display()))?;
    let path = std::path::absolute(authority.path())?;
    Ok((authority, path))
}

fn show(args: &CaShow) -> anyhow::Result<ExitCode> {
    let (authority, path) = open(&args.data.data)?;
    if args.pem {
        print::line(authority.pem().trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let [from, until] = [authority.not_before(), authority.not_after()].map(Timestamp::from_unix);
    if args.output.json {
        print::json(&json!({
            "path": path,
            "subject": authority.subject(),
            "sha256": authority.fingerprint(),
            "not_before": from,
            "not_after": until,
            "names": CertificateAuthority::names(),
            "pem": authority.pem(),
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&["field", "value"]);
    table.row(["path".to_owned(), path.display().to_string()]);
    table.row(["subject".to_owned(), authority.subject().to_owned()]);
    table.row(["sha256".to_owned(), authority.fingerprint()]);
    table.row(["valid".to_owned(), format!("{from} to {until}")]);
    for (number, name) in CertificateAuthority::names().iter().enumerate() {
        let field = if number == 0 { "can vouch for" } else { "" };
        table.row([field.to_owned(), (*name).to_owned()]);
    }
    table.print();
    Ok(ExitCode::SUCCESS)
}

fn install_help(args: &CaHelp) -> anyhow::Result<ExitCode> {
    let (authority, path) = open(&args.data.data)?;
    let os = args.os.unwrap_or(if cfg!(windows) {
        Os::Windows
    } else if cfg!(target_os = "macos") {
        Os::Macos
    } else {
        Os::Linux
    });
    let help = Help::new(os, &path, authority.subject(), args.listen);
    let sections = help.sections(args.language);
    if args.output.json {
        let sections: Vec<_> = sections
            .iter()
            .map(|Section { title, lines }| json!({ "title": title, "lines": lines }))
            .collect();
        print::json(&json!({ "ca": path, "sections": sections }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (number, Section { title, lines }) in sections.iter().enumerate() {
        if number > 0 {
            print::line("");
        }
        print::line(&format!("{HEAD}{title}{HEAD:#}"));
        for line in lines {
            print::line(&format!("  {line}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
