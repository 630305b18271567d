//! What a server logs: written by a thread of its own, so that no request waits for a terminal, a
//! pipe or a disk that is slow, and many lines are one write.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// The most bytes that wait to be written. Lines beyond are lost, and it is said how many.
const WAITING_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long lines are gathered after some were written.
const GATHERING: Duration = Duration::from_millis(10);

/// The lines that wait. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// Told when a line waits, and when the last is written.
    told: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    lost: u64,
    /// The thread sleeps until it is told.
    is_asleep: bool,
    /// Some are being written.
    is_busy: bool,
    /// Somebody waits until all is written.
    is_hurried: bool,
}

impl Lines {
    /// Starts the thread that writes.
    pub(crate) fn to(mut place: impl Write + Send + 'static) -> io::Result<Self> {
        let lines = Self::default();
        let shared = Arc::clone(&lines.0);
        let work = move || {
            let mut full = Vec::new();
            loop {
                let lost = shared.take(&mut full);
                // Nobody is left who could be told that it fails.
                let _ = place.write_all(&full);
                if lost > 0 {
                    let _ = writeln!(place, "{lost} lines are lost: they came too fast");
                }
                let _ = place.flush();
                full.clear();
                shared.gather();
            }
        };
        thread::Builder::new().name("redress-log".to_owned()).spawn(work)?;
        Ok(lines)
    }

    /// Waits until what was logged is written.
    pub(crate) fn flush(&self) {
        let mut waiting = self.0.lock();
        while waiting.is_busy || !waiting.bytes.is_empty() {
            waiting.is_hurried = true;
            self.0.told.notify_all();
            waiting = self.0.told.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for lines, and takes all. Says how many were lost.
    fn take(&self, taken: &mut Vec<u8>) -> u64 {
        let mut waiting = self.lock();
        waiting.is_busy = false;
        while waiting.bytes.is_empty() {
            waiting.is_hurried = false;
            self.told.notify_all();
            waiting.is_asleep = true;
            waiting = self.told.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.is_asleep = false;
        waiting.is_busy = true;
        std::mem::swap(&mut waiting.bytes, taken);
        std::mem::take(&mut waiting.lost)
    }

    /// Lets a few more lines come, unless somebody waits.
    fn gather(&self) {
        let waiting = self.lock();
        let calm = |waiting: &mut Waiting| !waiting.is_hurried;
        drop(self.told.wait_timeout_while(waiting, GATHERING, calm));
    }
}

impl<'writer> MakeWriter<'writer> for Lines {
    type Writer = &'writer Self;

    fn make_writer(&'writer self) -> &'writer Self {
        self
    }
}

impl Write for &Lines {
    /// A whole line, or several.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.0.lock();
        if waiting.bytes.len() + line.len() > WAITING_BYTES_MAX {
            waiting.lost += 1;
        } else {
            waiting.bytes.extend_from_slice(line);
        }
        if std::mem::take(&mut waiting.is_asleep) {
            self.0.told.notify_all();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes to memory, once it may.
    #[derive(Clone, Default)]
    struct Slow(Arc<(Mutex<Vec<u8>>, Mutex<()>)>);

    impl Slow {
        fn written(&self) -> String {
            let bytes = self.0.0.lock().expect("no writer panics").clone();
            String::from_utf8(bytes).expect("text was logged")
        }
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _may = self.0.1.lock().expect("no test panics with it");
            self.0.0.lock().expect("no reader panics").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log(lines: &Lines, line: &str) {
        let mut writer = lines;
        writer.write_all(line.as_bytes()).expect("lines are taken");
    }

    #[test]
    fn all_lines_of_all_threads_are_written_before_a_flush_ends() {
        let place = Slow::default();
        let lines = Lines::to(place.clone()).expect("a thread");
        thread::scope(|scope| {
            for thread in 0..4 {
                let lines = &lines;
                scope.spawn(move || {
                    for number in 0..1_000 {
                        log(lines, &format!("{thread} {number}\n"));
                    }
                });
            }
        });
        lines.flush();
        let written = place.written();
        for thread in 0..4 {
            let mine = written.lines().filter_map(|line| line.strip_prefix(&format!("{thread} ")));
            let mine: Vec<usize> = mine.map(|number| number.parse().expect("a number")).collect();
            assert_eq!(mine, (0..1_000).collect::<Vec<_>>(), "each thread's in their order");
        }
        log(&lines, "one more\n");
        lines.flush();
        assert!(place.written().ends_with("one more\n"));
    }

    #[test]
    fn a_place_that_is_stuck_keeps_nobody_waiting_and_says_what_is_lost() {
        let place = Slow::default();
        let lines = Lines::to(place.clone()).expect("a thread");
        let stuck = place.0.1.lock().expect("nobody panics with it");
        let line = "x".repeat(1023) + "\n";
        // Twice as much as is kept, and what the thread may have taken at first.
        let (kept, count) = (WAITING_BYTES_MAX / 1024, 2 * WAITING_BYTES_MAX / 1024);
        for _ in 0..count {
            log(&lines, &line);
        }
        drop(stuck);
        lines.flush();
        let written = place.written();
        let whole = written.lines().filter(|line| line.len() == 1023).count();
        assert!((kept..count).contains(&whole), "{whole}");
        let lost = written
            .lines()
            .find_map(|line| line.strip_suffix(" lines are lost: they came too fast"));
        let lost: usize = lost.expect("it is said").parse().expect("a number");
        assert_eq!(whole + lost, count);
    }
}
