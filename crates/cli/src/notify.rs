//! `redress notify`: callbacks, at both ends.

mod listen;
mod sent;
mod show;

use std::process::ExitCode;

use crate::args::Notify;

pub(crate) async fn run(command: Notify) -> anyhow::Result<ExitCode> {
    match command {
        Notify::Listen(args) => listen::run(args).await,
        Notify::Send(args) => sent::send(args).await,
        Notify::List(args) => sent::list(args).await,
        Notify::Show(args) => sent::show(args).await,
        Notify::Resend(args) => sent::resend(args).await,
        Notify::Url(args) => sent::set_url(args).await,
    }
}
