//! The memory of a client that has called once and waits.

use redress::api::Endpoint;
use redress::{Client, Merchant};

use crate::{Failure, Server};

/// How many clients there are.
const CLIENTS: u32 = 200;
/// Before the counting, so that what all share is there.
const FIRST: u32 = 20;

/// Bytes per client, each with a connection of its own that is kept open; none where the system
/// does not say how much memory a process has.
pub(crate) async fn bytes_per_client<E: Endpoint>(
    server: &Server,
    base_url: &str,
    request: &E,
) -> Result<Option<f64>, Failure> {
    let mut clients = Vec::new();
    let mut before = None;
    for number in 0..FIRST + CLIENTS {
        if number == FIRST {
            before = resident_bytes();
        }
        let merchant = Merchant::from_folder(&server.merchant)?;
        let client = Client::builder(merchant).base_url(base_url).build()?;
        client.send(request).await?;
        clients.push(client);
    }
    let grown = before.zip(resident_bytes()).map(|(before, after)| after - before);
    Ok(grown.map(|bytes| bytes / f64::from(CLIENTS)))
}

/// What Linux says that this process has in memory.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024.0)
}
