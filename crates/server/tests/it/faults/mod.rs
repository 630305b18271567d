//! Faults on demand: what comes over the wire, and what the ledger has then.

mod arming;
mod kinds;
mod scope;

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::caller::Draft;
use crate::world::{BILLS, World, create};

/// What came over a connection until it ended, and whether its end was a reset.
pub(crate) struct Came {
    bytes: Vec<u8>,
    is_reset: bool,
}

impl Came {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }
}

/// Sends a request, and then reads all there is.
async fn raw(world: &World, draft: &Draft) -> Came {
    let mut stream = TcpStream::connect(world.address()).await.unwrap();
    stream.write_all(&draft.bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes).await;
    let is_reset = read.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset);
    Came { bytes, is_reset }
}

/// Arms a fault, which is over after one request if it does not say otherwise.
async fn arm(world: &World, mut fault: Json) -> Json {
    if fault["times"].is_null() {
        fault["times"] = 1.into();
    }
    world.act("/faults", fault).await
}

fn creating(world: &World, number: &str) -> Draft {
    world.platform.post(BILLS, &create(number).to_string())
}

/// How many bills there are with this number.
async fn bills(world: &World, number: &str) -> usize {
    let bills = world.show("/bills?most=1000").await["items"].take();
    bills.as_array().unwrap().iter().filter(|bill| bill["out_bill_no"] == number).count()
}

/// The fault that the log has for the last request.
async fn last_logged(world: &World) -> Json {
    world.show("/requests?limit=1").await["items"][0]["fault"].take()
}

/// A fault of this kind.
fn kind(kind: &str) -> Json {
    json!({ "kind": kind })
}
