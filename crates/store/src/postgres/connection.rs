//! A connection: how it is made, what its session is told, and its prepared statements.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::runtime::Handle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::fault::PgError;
use super::url::Address;
use crate::error::{Fault, OpenError};

/// What every session asks of the database: that nothing waits for ever, and that statements over a
/// few keys go by their index, whatever the statistics of a young table say. So every plan is the
/// same, and is made once: otherwise one is made each time, for arrays as long as they are this time.
/// An engine that does not know one of them goes without.
const SETTINGS: &[(&str, &str)] = &[
    ("statement_timeout", "30s"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "60s"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("enable_seqscan", "off"),
    ("jit", "off"),
    ("plan_cache_mode", "force_generic_plan"),
];

/// One parameter of a statement.
pub(super) type Param<'a> = &'a (dyn ToSql + Sync);

/// Opens connections to one database.
#[derive(Clone)]
pub(super) struct Connector {
    address: Arc<Address>,
    tls: MakeRustlsConnect,
    /// Where the connections live.
    runtime: Handle,
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Anything.
    Write,
    /// Reading; any of the hosts will do.
    Read,
}

impl Connector {
    /// Reads the certificates of authorities. Blocks on the disk.
    pub(super) fn new(address: Address, runtime: Handle) -> Result<Self, OpenError> {
        let tls = MakeRustlsConnect::new(client_config(&address)?);
        Ok(Self { address: Arc::new(address), tls, runtime })
    }

    /// Where the connections live.
    pub(super) const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Connects, and prepares these statements.
    pub(super) async fn connect(
        &self,
        purpose: Purpose,
        statements: &'static [&'static str],
    ) -> Result<Connection, Fault> {
        let config = match purpose {
            Purpose::Write => self.address.writable(),
            Purpose::Read => self.address.config.clone(),
        };
        let this = self.clone();
        // Sockets belong to the runtime that opens them.
        let opened = self.runtime.spawn(async move { this.open(&config).await }).await;
        let client = opened.map_err(|error| Fault::Lost(error.to_string()))??;
        let mut connection = Connection { client, statements: HashMap::new() };
        connection.settle().await?;
        connection.prepare(statements).await?;
        Ok(connection)
    }

    async fn open(&self, config: &Config) -> Result<Client, Fault> {
        let ended = |error| tracing::debug!(error = %PgError::from(error), "a connection ended");
        if self.address.wants_tls() {
            let (client, connection) =
                config.connect(self.tls.clone()).await.map_err(PgError::from)?;
            self.runtime.spawn(async move { connection.await.unwrap_or_else(ended) });
            Ok(client)
        } else {
            let (client, connection) = config.connect(NoTls).await.map_err(PgError::from)?;
            self.runtime.spawn(async move { connection.await.unwrap_or_else(ended) });
            Ok(client)
        }
    }
}

fn client_config(address: &Address) -> Result<ClientConfig, OpenError> {
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Store(error);
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.into()))?;
    let Some(path) = &address.root else {
        let verified = builder.with_platform_verifier().map_err(|error| failed(error.into()))?;
        return Ok(verified.with_no_client_auth());
    };
    let unfit = |what: String| failed(format!("sslrootcert {}: {what}", path.display()).into());
    let mut roots = RootCertStore::empty();
    let found = CertificateDer::pem_file_iter(path).map_err(|error| unfit(error.to_string()))?;
    for certificate in found {
        let certificate = certificate.map_err(|error| unfit(error.to_string()))?;
        roots.add(certificate).map_err(|error| unfit(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unfit("there is no certificate in it".to_owned()));
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// An open connection.
pub(super) struct Connection {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

impl Connection {
    async fn settle(&self) -> Result<(), Fault> {
        for (name, value) in SETTINGS {
            let set = "SELECT set_config($1, $2, false)";
            match self.client.query(set, &[name, value]).await {
                Ok(_) => {}
                Err(error) if error.is_closed() => return Err(PgError::from(error).into()),
                Err(error) => {
                    tracing::debug!(name, error = %PgError::from(error), "the engine goes without");
                }
            }
        }
        Ok(())
    }

    async fn prepare(&mut self, statements: &'static [&'static str]) -> Result<(), Fault> {
        let prepared = statements.iter().map(|text| self.client.prepare(text));
        let prepared = try_join_all(prepared).await.map_err(PgError::from)?;
        self.statements = statements.iter().copied().zip(prepared).collect();
        Ok(())
    }

    /// Whether it has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs one of the prepared statements. Futures are sent in the order in which they are first
    /// polled, without waiting for each other's answers.
    pub(super) async fn query(
        &self,
        statement: &'static str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, PgError> {
        let prepared = self.statements.get(statement).expect("every statement used is prepared");
        self.client.query(prepared, params).await.map_err(PgError::from)
    }

    /// As [`query`](Self::query), row by row.
    pub(super) async fn stream(
        &self,
        statement: &'static str,
    ) -> Result<tokio_postgres::RowStream, PgError> {
        let none: [Param<'_>; 0] = [];
        self.client.query_raw(statement, none).await.map_err(PgError::from)
    }

    /// Runs statements without parameters, such as `BEGIN`.
    pub(super) async fn run(&self, statements: &str) -> Result<(), PgError> {
        self.client.batch_execute(statements).await.map_err(PgError::from)
    }

    /// Asks for one number.
    pub(super) async fn number(&self, statement: &str) -> Result<Option<i64>, PgError> {
        let row = self.client.query_one(statement, &[]).await.map_err(PgError::from)?;
        row.try_get(0).map_err(PgError::from)
    }
}
