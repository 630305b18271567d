//! The thread that timers and connections are driven on.

use std::io;
use std::sync::Arc;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A runtime on a thread of its own, as long as someone has this. Whoever calls runs the call on
/// the own thread, so that a call can borrow what it is about; timers and sockets wake it from
/// here.
#[derive(Clone, Debug)]
pub(super) struct Driver {
    handle: Handle,
    /// Ends the thread when the last one drops it. Nobody waits for that end: a client may be
    /// dropped where waiting is not allowed.
    _alive: Arc<oneshot::Sender<()>>,
}

impl Driver {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (alive, ended) = oneshot::channel::<()>();
        thread::Builder::new().name("redress-blocking".to_owned()).spawn(move || {
            // Nothing is ever sent: it is an error when all senders are gone, and that is the end.
            let _ = runtime.block_on(ended);
        })?;
        Ok(Self { handle, _alive: Arc::new(alive) })
    }

    /// Waits for a call. Panics, with tokio's own words, where the thread drives other calls.
    #[track_caller]
    pub(super) fn wait<F: Future>(&self, call: F) -> F::Output {
        self.handle.block_on(call)
    }
}
