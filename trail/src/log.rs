//! Logs at their most talkative: of the process for the trail, and in memory for a test.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::{Sheet, folder};

/// Stands in every log of the trail, at the lowest level: where it is missing, nothing was kept.
pub const MARKER: &str = "the trail begins";

/// Keeps the log of this process, from the first call on.
pub fn keep_logs() {
    if folder().is_some() {
        install();
    }
}

/// A log in memory.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Keeps all that is said on this thread, and each span when it closes.
    #[must_use]
    pub fn of_thread() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .with_writer(move || Tee(vec![writer.clone()]))
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// Keeps all that is said in this process. What the tests beside this one do is in it too.
    #[must_use]
    pub fn of_process() -> Self {
        let log = Self::default();
        listeners().push(log.clone());
        install();
        log
    }

    /// What was said so far.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no panic")).into_owned()
    }
}

/// Who wants to hear all of this process.
fn listeners() -> std::sync::MutexGuard<'static, Vec<Log>> {
    static LISTENERS: Mutex<Vec<Log>> = Mutex::new(Vec::new());
    LISTENERS.lock().expect("no panic")
}

fn install() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .with_writer(|| Tee(listeners().clone()))
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("it is the only one");
        tracing::trace!("{MARKER}");
    });
}

/// Writes into the trail, and into these.
struct Tee(Vec<Log>);

impl Write for Tee {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        static LOGS: OnceLock<Option<Sheet>> = OnceLock::new();
        if let Some(logs) = LOGS.get_or_init(|| Sheet::open("logs")) {
            logs.write(bytes);
        }
        for log in &self.0 {
            log.0.lock().expect("no panic").extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
