//! The schema and its steps. A step is never edited once released; a change is another step.

use std::path::Path;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::error::OpenError;
use crate::sql;
use crate::sqlite::row_key;

/// Marks a file as ours in its header: "Rdrs".
const APPLICATION_ID: i64 = 0x5264_7273;

/// `at` is for people who look; the database fills it in.
const MIGRATION: &str = "CREATE TABLE migration (\
    n INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) STRICT";

const STEPS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
];

/// What steps 2 and 4 compute keys with.
const ENTITY_KEY: &str = "entity_key";

/// The number of the last step.
const fn known() -> i64 {
    // Lossless: there are not that many steps.
    STEPS.len() as i64
}

/// Takes every step that the database lacks, in one transaction.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    // Tables are made anew under their names, and what refers to them stays.
    connection.pragma_update(None, "foreign_keys", false)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(ENTITY_KEY, 2, flags, |arguments| {
        Ok(row_key(arguments.get_raw(0).as_str()?, arguments.get_raw(1).as_str()?))
    })?;
    let taken = take_steps(connection, path);
    connection.remove_function(ENTITY_KEY, 2)?;
    taken
}

fn take_steps(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| foreign_or_broken(error, path))?;
    let found = match step(&transaction, path)? {
        Some(found) => found,
        None => {
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.execute(MIGRATION, [])?;
            0
        }
    };
    if found > known() {
        return Err(OpenError::Newer { found, known: known() });
    }
    for (number, step) in (1..).zip(STEPS).filter(|(number, _)| *number > found) {
        transaction.execute_batch(step)?;
        transaction.execute(sql::MIGRATION_INSERT, [number])?;
        tracing::info!(step = number, "schema step taken");
    }
    Ok(transaction.commit()?)
}

/// Checks that every step was taken, and no other.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let known = known();
    match step(connection, path)? {
        None => Err(OpenError::Foreign { path: path.to_owned() }),
        Some(found) if found > known => Err(OpenError::Newer { found, known }),
        Some(found) if found < known => Err(OpenError::Older { found, known }),
        Some(_) => Ok(()),
    }
}

/// The last step taken; none in an empty file.
fn step(connection: &Connection, path: &Path) -> Result<Option<i64>, OpenError> {
    let application: i64 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|error| foreign_or_broken(error, path))?;
    if application == APPLICATION_ID {
        let last: Option<i64> = connection.query_row(sql::MIGRATION_LAST, [], |row| row.get(0))?;
        return Ok(Some(last.unwrap_or(0)));
    }
    let things: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application == 0 && things == 0 {
        Ok(None)
    } else {
        Err(OpenError::Foreign { path: path.to_owned() })
    }
}

fn foreign_or_broken(error: rusqlite::Error, path: &Path) -> OpenError {
    if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
        OpenError::Foreign { path: path.to_owned() }
    } else {
        error.into()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An empty database with the whole schema.
    pub(crate) fn in_memory() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new(":memory:")).unwrap();
        connection
    }

    #[test]
    fn each_step_is_taken_once() {
        let mut connection = in_memory();
        migrate(&mut connection, Path::new(":memory:")).unwrap();
        let steps: i64 =
            connection.query_row("SELECT count(*) FROM migration", [], |row| row.get(0)).unwrap();
        assert_eq!(steps, known());
    }
}
