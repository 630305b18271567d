//! `redress serve`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use redress_server::{Config, Server};
use serde_json::json;

use crate::args::Serve;
use crate::print;

pub(crate) async fn run(args: Serve) -> anyhow::Result<ExitCode> {
    let config = Config {
        data: args.data.data,
        store: args.kept.store,
        listen: args.listen,
        standby: args.standby,
        public_url: args.public_url,
        node: args.node,
        stop_grace: Duration::from_secs(args.stop_grace.into()),
        ..args.behaviour.config()?
    };
    let server = Server::start(config).await.context("the server does not start")?;
    // Before it says that it serves: whoever reads that may stop it at once.
    let stop = stopped()?;
    let merchants = server.data().join("merchants");
    if args.output.json {
        let ready = json!({
            "base_url": server.base_url(),
            "public_url": server.public_url(),
            "node": server.node(),
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
        if server.public_url() != server.base_url() {
            print::line(&format!("  merchants call      {}", server.public_url()));
        }
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
    stop.await;
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// From here on Ctrl-C and SIGTERM do not end the process: the first of them ends the future.
#[cfg(unix)]
pub(crate) fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(crate) fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
