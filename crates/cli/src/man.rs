//! `redress man`.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::args::Args;

pub(crate) fn run(folder: Option<&Path>) -> anyhow::Result<ExitCode> {
    if let Some(folder) = folder {
        let written = || {
            std::fs::create_dir_all(folder)?;
            clap_mangen::generate_to(Args::command(), folder)
        };
        written().with_context(|| format!("writing into {}", folder.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut page = Vec::new();
    Man::new(Args::command()).render(&mut page)?;
    // A reader that went away is no error.
    let _ = std::io::stdout().write_all(&page);
    Ok(ExitCode::SUCCESS)
}
