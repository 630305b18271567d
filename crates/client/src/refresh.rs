//! Learns a key of the platform that is not known yet, once for all who wait for it.

use std::time::Duration;

use redress_crypto::Serial;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::client::Client;
use crate::transport::Transport;

/// How long after one list of certificates the next is fetched at the earliest.
const THROTTLE: Duration = Duration::from_secs(60);

/// Who fetches the list, and when it was last had.
#[derive(Debug, Default)]
pub(crate) struct Refresh {
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    /// When a list was last had. A failure does not count: the next message may try again.
    had: Option<Instant>,
    /// When an attempt last ended, well or not.
    ended: Option<Instant>,
}

impl<T: Transport> Client<T> {
    /// Fetches the platform's certificates because a message names a key that is not trusted, and
    /// says whether it is worth looking again. Whoever waited while another fetched does not fetch.
    pub(crate) async fn learn(&self, serial: &Serial) -> bool {
        if serial.is_public_key_id() || self.merchant().apiv3_key().is_none() {
            return false;
        }
        let asked = Instant::now();
        let mut last = self.refresh().last.lock().await;
        if last.ended.is_some_and(|ended| ended >= asked) {
            return true;
        }
        if last.had.is_some_and(|had| had.elapsed() < THROTTLE) {
            return false;
        }
        let listed = self.certificates().await;
        last.ended = Some(Instant::now());
        match listed {
            Ok(certificates) => {
                last.had = last.ended;
                for certificate in &certificates {
                    self.trust().insert_certificate(certificate);
                }
                if let Some(folder) = self.certificate_folder() {
                    folder.write(&certificates);
                }
                tracing::info!(count = certificates.len(), "fetched the platform's certificates");
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the platform's certificates could not be fetched");
                false
            }
        }
    }
}
