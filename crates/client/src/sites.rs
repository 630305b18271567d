//! Main and standby: which of the service's two sites a request goes to.
//!
//! Both have the same merchants, orders and money, and the host is not signed. Every endpoint of
//! this crate is one request under its number, so that what may have reached one site can be sent
//! to the other.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::base_url::BaseUrl;
use crate::error::Error;
use crate::transport::{Sent, TransportError};

/// When requests go to the standby site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Failover {
    /// Never.
    #[default]
    Off,
    /// The next attempt of a request does, when there was no connection to the main site.
    OnConnectFailure,
    /// All requests do for a while, when too many of the last ones to the main site have failed;
    /// then one tries the main site again. Within a request as [`Failover::OnConnectFailure`].
    BySuccessRate(SuccessRate),
}

/// When the main site counts as failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuccessRate {
    /// How many of the last requests are looked at. Fewer say nothing.
    pub last: usize,
    /// How many of those must succeed.
    pub least: usize,
    /// How long requests keep away from it.
    pub pause: Duration,
}

impl Default for SuccessRate {
    /// Ten of the last twenty; half a minute.
    fn default() -> Self {
        Self { last: 20, least: 10, pause: Duration::from_secs(30) }
    }
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    Main,
    Standby,
}

impl Site {
    /// Its name in spans.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Standby => "standby",
        }
    }
}

/// Where both are, and how the main one does.
#[derive(Debug)]
pub(crate) struct Sites {
    pub(crate) main: BaseUrl,
    pub(crate) standby: Option<BaseUrl>,
    pub(crate) failover: Failover,
    health: Mutex<Health>,
}

#[derive(Debug, Default)]
struct Health {
    recent: VecDeque<bool>,
    /// Until when requests keep away from the main site. Whoever finds it past tries the site, and
    /// the others keep away meanwhile.
    away_until: Option<Instant>,
}

impl Sites {
    pub(crate) fn new(main: BaseUrl, standby: Option<BaseUrl>, failover: Failover) -> Self {
        Self { main, standby, failover, health: Mutex::default() }
    }

    pub(crate) fn url(&self, site: Site) -> &BaseUrl {
        match (site, &self.standby) {
            (Site::Standby, Some(standby)) => standby,
            (Site::Main | Site::Standby, _) => &self.main,
        }
    }

    /// Where the first attempt of a request goes.
    pub(crate) fn first(&self) -> Site {
        let Failover::BySuccessRate(rate) = self.failover else { return Site::Main };
        if self.standby.is_none() {
            return Site::Main;
        }
        let mut health = self.health();
        match health.away_until {
            None => Site::Main,
            Some(until) if Instant::now() < until => Site::Standby,
            Some(_) => {
                health.away_until = Some(Instant::now() + rate.pause);
                Site::Main
            }
        }
    }

    /// Where the attempt after a failed one goes.
    pub(crate) fn after(&self, site: Site, error: &Error) -> Site {
        let no_connection =
            matches!(error, Error::Transport(TransportError { sent: Sent::No, .. }));
        match (self.failover, site) {
            (Failover::Off, _) => Site::Main,
            (_, site) if !no_connection || self.standby.is_none() => site,
            (_, Site::Main) => Site::Standby,
            (_, Site::Standby) => Site::Main,
        }
    }

    /// Notes how an attempt ended.
    pub(crate) fn note(&self, site: Site, is_well: bool) {
        let Failover::BySuccessRate(rate) = self.failover else { return };
        if site == Site::Standby {
            return;
        }
        let mut health = self.health();
        if health.away_until.is_some() && is_well {
            *health = Health::default();
        }
        health.recent.push_back(is_well);
        while health.recent.len() > rate.last {
            health.recent.pop_front();
        }
        let well = health.recent.iter().filter(|well| **well).count();
        if health.recent.len() >= rate.last && well < rate.least {
            health.away_until = Some(Instant::now() + rate.pause);
        }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a failure is the site's: it was not there, was silent, or said that it cannot.
pub(crate) fn is_the_sites(error: &Error) -> bool {
    match error {
        Error::Transport(_) => true,
        Error::Api(answer) => matches!(answer.status.as_u16(), 502..=504),
        Error::Invalid(_)
        | Error::Target(_)
        | Error::Sign(_)
        | Error::Verify { .. }
        | Error::Decode { .. }
        | Error::Retried { .. }
        | Error::NotReversed { .. } => false,
    }
}
