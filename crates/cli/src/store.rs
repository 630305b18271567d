//! `redress store`.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use redress_store::{Copied, CopyError, Progress, copy};
use serde_json::json;

use crate::args::{Store, StoreCopy};
use crate::{print, verify};

/// How wide the bar is.
const BAR_COLUMNS: u64 = 30;
/// How often it is drawn.
const DRAWN_EVERY: Duration = Duration::from_millis(100);

pub(crate) async fn run(command: Store) -> anyhow::Result<ExitCode> {
    match command {
        Store::Copy(args) => run_copy(&args).await,
    }
}

async fn run_copy(args: &StoreCopy) -> anyhow::Result<ExitCode> {
    let mut bar = Bar::new();
    let done = copy(&args.from, &args.to, |progress| bar.draw(progress)).await;
    bar.end();
    match done {
        Ok(copied) => show(args, &copied),
        Err(error) => {
            if let CopyError::Unclean { report, .. } | CopyError::Differs { report } = &error
                && !args.output.json
            {
                verify::show(report);
            }
            Err(error.into())
        }
    }
}

fn show(args: &StoreCopy, copied: &Copied) -> anyhow::Result<ExitCode> {
    let Copied { rows, accounts, transfers, chains, jobs, report } = copied;
    if args.output.json {
        print::json(&json!({
            "from": args.from.to_string(), "to": args.to.to_string(), "rows": rows,
            "accounts": accounts, "transfers": transfers, "chains": chains, "jobs": jobs,
            "audit": report.shown(),
        }))?;
    } else {
        verify::show(report);
        print::line(&format!(
            "{} is copied to {}: {rows} rows, {transfers} transfers in {chains} chains, \
             {accounts} balances, {jobs} jobs; the audit says the same of both",
            args.from, args.to
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// A bar on stderr, for people who watch.
struct Bar {
    /// When it was last drawn. None where nobody watches, or nothing was drawn.
    drawn: Option<Instant>,
    watched: bool,
}

impl Bar {
    fn new() -> Self {
        Self { drawn: None, watched: std::io::stderr().is_terminal() }
    }

    fn draw(&mut self, progress: Progress) {
        let soon = self.drawn.is_some_and(|drawn| drawn.elapsed() < DRAWN_EVERY);
        if !self.watched || (soon && progress.done < progress.total) {
            return;
        }
        self.drawn = Some(Instant::now());
        // Over the one before. Whoever does not take it misses a bar.
        let _ = write!(std::io::stderr(), "\r{}", bar(progress));
    }

    fn end(&self) {
        if self.drawn.is_some() {
            let _ = writeln!(std::io::stderr());
        }
    }
}

fn bar(Progress { done, total }: Progress) -> String {
    let share = |whole: u64| done.saturating_mul(whole).checked_div(total).unwrap_or(whole);
    let full = share(BAR_COLUMNS);
    let columns: String = (0..BAR_COLUMNS).map(|at| if at < full { '#' } else { '-' }).collect();
    format!("[{columns}] {:>3} %  {done} of {total}", share(100))
}

#[cfg(test)]
mod tests {
    use super::{Progress, bar};

    #[test]
    fn a_bar_fills_up() {
        let half = bar(Progress { done: 1_500, total: 3_000 });
        assert_eq!(half, format!("[{}{}]  50 %  1500 of 3000", "#".repeat(15), "-".repeat(15)));
        assert!(bar(Progress { done: 0, total: 9 }).starts_with("[---"));
        assert!(bar(Progress { done: 0, total: 0 }).contains("100 %"), "an empty world is whole");
    }
}
