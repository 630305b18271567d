//! `redress bench`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, Subcommand};

use super::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Compensations are created: one durable commit and one signature each, from many sponsors.
    Create(BenchRun),
    /// Compensations are looked up.
    Query(BenchRun),
    /// 60 % look a compensation up, 25 % create one, 10 % are a payer who confirms, 5 % cancel.
    Mixed(BenchRun),
    /// Code payments are reversed.
    Reverse(BenchRun),
    /// One sponsor pays all compensations; beside it, in turns, many sponsors.
    Hot(BenchRun),
    /// Compensations are created where there are few orders and, in turns, where there are many.
    Growth(BenchRun),
    /// Callbacks are delivered.
    Callbacks(BenchRun),
    /// Compare what two runs have printed with --json.
    ///
    /// Exits 1 if one of them had errors.
    Compare(BenchCompare),
}

/// How to measure.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct BenchRun {
    /// How long requests are sent, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// Send so many requests a second, whether they are answered or not (open loop): a number, or
    /// a share of what the server's cores could sign, such as 0.25R. Without it, the next request
    /// of a connection follows its last answer (closed loop).
    #[arg(long, value_name = "RATE")]
    pub(crate) rate: Option<Rate>,
    /// How many connections.
    #[arg(long, value_name = "COUNT", default_value_t = 64)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) connections: u16,
    /// The store of the server that is started, as `redress serve` takes it: sqlite, or
    /// postgres://… of an empty database. `growth` starts several servers, and takes as many.
    #[arg(long, value_name = "STORE", default_value = "sqlite")]
    pub(crate) store: Vec<String>,
    /// The processors of the server that is started, such as 0 or 0,2-3. Linux only.
    #[arg(long, value_name = "LIST")]
    pub(crate) server_cpus: Option<Cpus>,
    /// The processors that send the load, one thread on each. Linux only.
    #[arg(long, value_name = "LIST")]
    pub(crate) load_cpus: Option<Cpus>,
    /// Measure a server that runs already, at http://HOST:PORT, instead of starting one. Its
    /// control API makes what is needed; what was made stays. Its processor time is not known.
    #[arg(long, value_name = "URL", requires = "merchant", help_heading = "Target")]
    pub(crate) target: Option<String>,
    /// The folder of the merchant that calls: a platform, for `reverse` a direct merchant.
    #[arg(long, value_name = "DIR", requires = "target", help_heading = "Target")]
    pub(crate) merchant: Option<PathBuf>,
    /// The token of its control API, if it has one.
    #[arg(
        long,
        value_name = "TOKEN",
        env = "REDRESS_CONTROL_TOKEN",
        hide_env_values = true,
        help_heading = "Target"
    )]
    pub(crate) control_token: Option<String>,
    /// Make the server's temporary folder in this one: it says which disk is measured.
    #[arg(long, value_name = "DIR")]
    pub(crate) within: Option<PathBuf>,
    /// For `growth`: how many orders there are, from few to many.
    #[arg(long, value_name = "COUNT,COUNT…", value_delimiter = ',')]
    #[arg(default_value = "10000,100000,1000000")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) orders: Vec<u32>,
    /// Write a page with histograms of the latency into this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BenchCompare {
    /// The first run.
    #[arg(value_name = "A.json")]
    pub(crate) a: PathBuf,
    /// The second run.
    #[arg(value_name = "B.json")]
    pub(crate) b: PathBuf,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// How many requests a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rate {
    /// So many.
    Number(f64),
    /// So many for each signature that the server's cores could make.
    Share(f64),
}

impl FromStr for Rate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, share) = match text.strip_suffix(['R', 'r']) {
            Some(number) => (number, true),
            None => (text, false),
        };
        match number.parse::<f64>() {
            Ok(rate) if rate.is_finite() && rate > 0.0 => {
                Ok(if share { Self::Share(rate) } else { Self::Number(rate) })
            }
            Ok(_) | Err(_) => Err("a rate is a number above 0, such as 1000, or a share: 0.25R"),
        }
    }
}

fn seconds(text: &str) -> Result<f64, &'static str> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.1..=86_400.0).contains(&seconds) => Ok(seconds),
        Ok(_) | Err(_) => Err("from 0.1 seconds to a day"),
    }
}

/// Processors, by number, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cpus(pub(crate) Vec<usize>);

/// The most processors that an affinity can name.
const CPUS_MAX: usize = 1024;

impl FromStr for Cpus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut cpus = Vec::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            match (first.parse::<usize>(), last.parse::<usize>()) {
                (Ok(first), Ok(last)) if first <= last && last < CPUS_MAX => {
                    cpus.extend(first..=last);
                }
                _ => return Err("processors are a list such as 0 or 0,2-3"),
            }
        }
        cpus.sort_unstable();
        cpus.dedup();
        Ok(Self(cpus))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_processors_are_read() {
        assert_eq!("1000".parse(), Ok(Rate::Number(1000.0)));
        assert_eq!("0.25R".parse(), Ok(Rate::Share(0.25)));
        for wrong in ["", "R", "0", "-1", "0R", "inf", "nan", "1x"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
        assert_eq!("0".parse(), Ok(Cpus(vec![0])));
        assert_eq!("3,0-1,1".parse(), Ok(Cpus(vec![0, 1, 3])));
        for wrong in ["", "a", "1-", "2-1", "0,", "-1", "1024"] {
            assert!(wrong.parse::<Cpus>().is_err(), "{wrong}");
        }
    }
}
