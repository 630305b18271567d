//! An alarm that is exact to some microseconds: the runtime's own timer counts milliseconds.

use std::time::Instant;

#[cfg(target_os = "linux")]
mod system {
    use std::time::Duration;

    use anyhow::Context as _;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::AsyncReadExt as _;
    use tokio::net::unix::pipe;

    /// To the runtime it is a pipe: something that becomes readable, and then has eight bytes.
    pub(super) struct Timer(pipe::Receiver);

    impl Timer {
        pub(super) fn new() -> anyhow::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags).context("a timer")?;
            Ok(Self(pipe::Receiver::from_owned_fd_unchecked(timer)?))
        }

        pub(super) async fn sleep(&mut self, time: Duration) -> anyhow::Result<()> {
            // A timer that is set to nothing never rings.
            let time = time.max(Duration::from_nanos(1));
            let value = Timespec {
                tv_sec: i64::try_from(time.as_secs())?,
                tv_nsec: time.subsec_nanos().into(),
            };
            let once =
                Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
            timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &once)?;
            // How often it has rung since it was set.
            self.0.read_exact(&mut [0_u8; 8]).await?;
            Ok(())
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::time::Duration;

    pub(super) struct Timer;

    impl Timer {
        #[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
        pub(super) fn new() -> anyhow::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn sleep(&mut self, time: Duration) -> anyhow::Result<()> {
            tokio::time::sleep(time).await;
            Ok(())
        }
    }
}

/// An alarm.
pub(super) struct Alarm(system::Timer);

impl Alarm {
    pub(super) fn new() -> anyhow::Result<Self> {
        system::Timer::new().map(Self)
    }

    /// Waits for a moment; not at all if it is past.
    pub(super) async fn until(&mut self, moment: Instant) -> anyhow::Result<()> {
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() { Ok(()) } else { self.0.sleep(left).await }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn an_alarm_never_rings_too_early() {
        let mut alarm = Alarm::new().unwrap();
        for micros in [0, 1, 50, 900, 3000] {
            let moment = Instant::now() + Duration::from_micros(micros);
            alarm.until(moment).await.unwrap();
            assert!(Instant::now() >= moment, "{micros}");
        }
    }
}
