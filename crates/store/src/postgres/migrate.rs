//! The schema and its steps on PostgreSQL. Several nodes may start at once: the number of a step is
//! written in the transaction that takes it, so whoever comes second waits, and finds it taken.

use std::path::PathBuf;

use tokio_postgres::error::SqlState;

use super::connection::Connection;
use super::fault::PgError;
use super::sql;
use crate::error::{Fault, OpenError};

/// The steps, as those of [`crate::migrate`]: never edited once released.
const STEPS: &[&str] = &[include_str!("schema.sql"), include_str!("schema_2.sql")];
/// What keeps transfers as they are, on engines that have triggers.
const GUARD: &str = include_str!("guard.sql");
/// How often another node may be in the way.
const TRIES_MAX: u32 = 20;

/// The number of the last step.
const fn known() -> i64 {
    // Lossless: there are not that many steps.
    STEPS.len() as i64
}

/// Takes every step that the database lacks.
pub(super) async fn migrate(connection: &Connection) -> Result<(), OpenError> {
    for tries in 1.. {
        match steps(connection).await? {
            None => return Ok(()),
            Some(error) if tries >= TRIES_MAX => return Err(Fault::from(error).into()),
            Some(error) => {
                tracing::debug!(%error, "another node takes this step of the schema");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
    Ok(())
}

/// Takes the steps one by one. Gives the error that says that another was faster.
async fn steps(connection: &Connection) -> Result<Option<PgError>, OpenError> {
    let faster = |error: PgError| -> Result<Option<PgError>, OpenError> {
        let codes = [
            SqlState::UNIQUE_VIOLATION,
            SqlState::DUPLICATE_TABLE,
            SqlState::DUPLICATE_OBJECT,
            SqlState::DUPLICATE_FUNCTION,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
        ];
        if codes.iter().any(|code| error.is_known(code)) {
            Ok(Some(error))
        } else {
            Err(Fault::from(error).into())
        }
    };
    if let Err(error) = connection.run(sql::MIGRATIONS).await {
        return faster(error);
    }
    let found = last(connection).await?;
    if found > known() {
        return Err(OpenError::Newer { found, known: known() });
    }
    for (number, step) in (1..).zip(STEPS).filter(|(number, _)| *number > found) {
        let taken = format!("BEGIN; INSERT INTO migration (n) VALUES ({number});\n{step}");
        if let Err(error) = connection.run(&taken).await {
            connection.run("ROLLBACK").await.map_err(Fault::from)?;
            return faster(error);
        }
        if number == 1 {
            guard(connection).await?;
        }
        if let Err(error) = connection.run("COMMIT").await {
            return faster(error);
        }
        tracing::info!(step = number, "schema step taken");
    }
    Ok(None)
}

/// Goes without where the engine has no triggers.
async fn guard(connection: &Connection) -> Result<(), Fault> {
    connection.run("SAVEPOINT guard").await?;
    if let Err(error) = connection.run(GUARD).await {
        tracing::warn!(%error, "the database does not itself keep transfers from being changed");
        connection.run("ROLLBACK TO SAVEPOINT guard").await?;
    }
    Ok(connection.run("RELEASE SAVEPOINT guard").await?)
}

/// Checks that every step was taken, and no other.
pub(super) async fn check(connection: &Connection, shown: String) -> Result<(), OpenError> {
    let there = connection.number(sql::HAS_MIGRATIONS).await.map_err(Fault::from)?;
    if there.unwrap_or(0) == 0 {
        return Err(OpenError::Foreign { path: PathBuf::from(shown) });
    }
    let known = known();
    match last(connection).await? {
        found if found > known => Err(OpenError::Newer { found, known }),
        found if found < known => Err(OpenError::Older { found, known }),
        _ => Ok(()),
    }
}

async fn last(connection: &Connection) -> Result<i64, Fault> {
    Ok(connection.number(crate::sql::MIGRATION_LAST).await?.unwrap_or(0))
}
