//! The signals that ask this process to stop, and are the command's to answer.

#[cfg(unix)]
pub(crate) use self::unix::Signals;

#[cfg(not(unix))]
pub(crate) use self::elsewhere::Signals;

#[cfg(unix)]
mod unix {
    use std::io::{self, IsTerminal as _};

    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    /// A signal that came.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Asked(Signal);

    /// From the moment that this exists, the signals no longer end this process.
    pub(crate) struct Signals {
        interrupt: Stream,
        quit: Stream,
        hang_up: Stream,
        terminate: Stream,
        at_terminal: bool,
    }

    impl Signals {
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                quit: signal(SignalKind::quit())?,
                hang_up: signal(SignalKind::hangup())?,
                terminate: signal(SignalKind::terminate())?,
                at_terminal: io::stdin().is_terminal() || io::stderr().is_terminal(),
            })
        }

        /// The next signal, whoever it was sent to.
        async fn any(&mut self) -> Asked {
            Asked(tokio::select! {
                _ = self.interrupt.recv() => Signal::INT,
                _ = self.quit.recv() => Signal::QUIT,
                _ = self.hang_up.recv() => Signal::HUP,
                _ = self.terminate.recv() => Signal::TERM,
            })
        }

        /// A signal that has come already.
        pub(crate) async fn pending(&mut self) -> Option<Asked> {
            tokio::select! {
                biased;
                signal = self.any() => Some(signal),
                () = std::future::ready(()) => None,
            }
        }

        /// The next signal that the command has not got. A key of the terminal signals all that
        /// run in its foreground, and to be asked twice makes many programs stop in disorder.
        pub(crate) async fn next(&mut self) -> Asked {
            loop {
                let asked = self.any().await;
                if !self.at_terminal || asked.0 == Signal::TERM {
                    return asked;
                }
            }
        }
    }

    impl Asked {
        pub(crate) fn number(self) -> u8 {
            u8::try_from(self.0.as_raw()).unwrap_or_default()
        }

        /// Sends it to a child that has not been waited for.
        pub(crate) fn pass_on(self, child: u32) {
            let child = i32::try_from(child).ok().and_then(Pid::from_raw);
            // It may just have ended.
            let _ = child.map(|child| kill_process(child, self.0));
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::convert::Infallible;
    use std::io;

    /// No signal is passed on: Ctrl-C reaches the command by itself.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Asked(Infallible);

    pub(crate) struct Signals;

    impl Signals {
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) async fn pending(&mut self) -> Option<Asked> {
            None
        }

        /// Waits for as long as the command runs, so that Ctrl-C ends it and not this process.
        pub(crate) async fn next(&mut self) -> Asked {
            loop {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    }

    impl Asked {
        pub(crate) fn number(self) -> u8 {
            match self.0 {}
        }

        pub(crate) fn pass_on(self, _child: u32) {
            match self.0 {}
        }
    }
}
