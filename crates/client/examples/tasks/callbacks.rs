//! Callbacks with axum: verified before they are read, dealt with once, answered.
//!
//! `cargo run -p redress --example callbacks [merchant's folder]`
//!
//! It asks the service for a callback to itself, and ends with what that has told.

#[path = "../common/folder.rs"]
mod folder;
#[path = "../common/print.rs"]
mod print;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use redress::api::security::{Echo, EchoNotice};
use redress::{Client, RawNotification, Recent, Reply};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

struct Shop {
    client: Client,
    recent: Recent,
    told: mpsc::UnboundedSender<EchoNotice>,
}

async fn told(State(shop): State<Arc<Shop>>, raw: RawNotification) -> Reply {
    match shop.client.open_notification::<EchoNotice>(raw).await {
        // It may come again: deal with it once.
        Ok(it) if !shop.recent.is_first(&it.envelope.id) => Reply::done(),
        Ok(it) => match shop.told.send(it.resource) {
            Ok(()) => Reply::done(),
            Err(_) => {
                shop.recent.forget(&it.envelope.id);
                Reply::again("nobody deals with it")
            }
        },
        Err(error) => Reply::refuse(&error),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    print::finish(run().await)
}

async fn run() -> Result<EchoNotice, Box<dyn Error>> {
    let client = Client::builder(folder::merchant("1230000109")?).build()?;
    let (sender, mut notices) = mpsc::unbounded_channel();
    let shop = Shop { client: client.clone(), recent: Recent::new(1000), told: sender };
    let router = Router::new().route("/told", post(told)).with_state(Arc::new(shop));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/told", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });

    let request = Echo::draft().notify_url(url).echo_message("how do you do").build()?;
    client.send(&request).await?;
    let notice = tokio::time::timeout(Duration::from_secs(30), notices.recv()).await?;
    Ok(notice.ok_or("the server of callbacks has ended")?)
}
