//! `redress serve`.

use std::process::ExitCode;

use anyhow::Context as _;
use redress_server::{Callbacks, Config, Server};
use serde_json::json;

use crate::args::Serve;
use crate::print;

pub(crate) async fn run(args: Serve) -> anyhow::Result<ExitCode> {
    let callbacks = if args.callbacks_anywhere { Callbacks::Anywhere } else { Callbacks::Loopback };
    let config = Config {
        data: args.data.data,
        listen: args.listen,
        standby: args.standby,
        control_token: args.control_token,
        callbacks,
        rate_limits: !args.no_rate_limit,
        sign_test: args.sign_test,
        ..Config::default()
    };
    let server = Server::start(config).await.context("the server does not start")?;
    let merchants = server.data().join("merchants");
    if args.output.json {
        let ready = json!({
            "base_url": server.base_url(),
            "https_url": server.https_url(),
            "standby_url": server.standby_url(),
            "proxy_url": server.proxy_url(),
            "ca": server.ca_path(),
            "data": server.data(),
            "merchants": merchants,
        });
        print::line(&ready.to_string());
    } else {
        print::line(&format!("Redress serves WeChat Pay APIv3 at {}", server.base_url()));
        if let Some(standby) = server.standby_url() {
            print::line(&format!("  standby site        {standby}"));
        }
        print::line(&format!("  also                {}", server.https_url()));
        let proxy = server.proxy_url();
        print::line(&format!(
            "  as a proxy          HTTPS_PROXY={proxy}, for api.mch.weixin.qq.com"
        ));
        print::line(&format!("  CA to trust         {}", server.ca_path().display()));
        print::line(&format!("  merchants' folders  {}", merchants.display()));
        print::line(&format!("  control API         {}/_control", server.base_url()));
        print::line("  stop with Ctrl-C");
    }
    stopped().await?;
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Waits for Ctrl-C or SIGTERM.
#[cfg(unix)]
pub(crate) async fn stopped() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = term.recv() => {}
    }
    Ok(())
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn stopped() -> anyhow::Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}
