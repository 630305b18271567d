//! What an address says: where the database is, how it is reached, and what our sessions ask of it.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use crate::error::OpenError;

/// How long to wait for a connection, unless the address says otherwise.
const CONNECT_SECONDS: u64 = 5;

/// How to reach a database.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    /// The file of the authorities that vouch for the server; else the system's.
    pub(super) root: Option<PathBuf>,
}

/// Reads an address. Beyond what libpq has, which `tokio-postgres` reads (several hosts,
/// `target_session_attrs`, `options`, …), `sslrootcert` is known, and `sslmode` may also be
/// `verify-ca` or `verify-full`: with us every mode that must encrypt also verifies.
pub(super) fn read(url: &str) -> Result<Address, OpenError> {
    let unfit = |what: String| OpenError::Store(what.into());
    let (plain, query) = url.split_once('?').unwrap_or((url, ""));
    let mut plain = plain.to_owned();
    let mut root = None;
    let mut kept = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match (&*name, &*value) {
            ("sslrootcert", path) => root = Some(PathBuf::from(path)),
            ("sslmode", "verify-ca" | "verify-full") => {
                kept.push((name.into_owned(), "require".to_owned()));
            }
            _ => kept.push((name.into_owned(), value.into_owned())),
        }
    }
    if !kept.is_empty() {
        // `tokio-postgres` decodes percents, and takes a plus sign for itself.
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&kept);
        plain = format!("{plain}?{}", query.finish().replace('+', "%20"));
    }
    let mut config = Config::from_str(&plain).map_err(|error| {
        unfit(format!("the address of the database is not understood: {error}"))
    })?;
    if config.get_dbname().is_none() {
        return Err(unfit("the address names no database: postgres://host/DATABASE".to_owned()));
    }
    if config.get_application_name().is_none() {
        config.application_name("redress");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(CONNECT_SECONDS));
    }
    config.keepalives_idle(Duration::from_secs(15));
    config.tcp_user_timeout(Duration::from_secs(20));
    Ok(Address { config, root })
}

impl Address {
    /// For connections that write: of several hosts, the one that takes writes.
    pub(super) fn writable(&self) -> Config {
        let mut config = self.config.clone();
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config
    }

    /// Whether connections may be encrypted.
    pub(super) fn wants_tls(&self) -> bool {
        self.config.get_ssl_mode() != SslMode::Disable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let plain = read("postgres://me:pw@h:5433/d?sslmode=disable").unwrap();
        assert!(!plain.wants_tls());
        assert_eq!(plain.config.get_ports(), [5433]);
        let full = read("postgres://me@h/d?sslmode=verify-full&sslrootcert=/a/ca.pem").unwrap();
        assert_eq!(full.root, Some("/a/ca.pem".into()));
        assert_eq!(full.config.get_ssl_mode(), SslMode::Require);
        let options = "options=-c%20default_transaction_isolation%3Dserializable";
        let serializable = read(&format!("postgres://me@h/d?{options}")).unwrap();
        let set = "-c default_transaction_isolation=serializable";
        assert_eq!(serializable.config.get_options(), Some(set));
        let two = read("postgres://me@a:1,b:2/d").unwrap();
        assert_eq!(two.config.get_hosts().len(), 2);
        for unfit in ["postgres://h", "postgres://h/d?sslmode=never", "postgres://h/d?what=1"] {
            assert!(read(unfit).is_err(), "{unfit}");
        }
    }
}
