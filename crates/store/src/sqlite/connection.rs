//! Connections, their settings, and the lock beside the file.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OpenFlags};

use crate::error::OpenError;
use crate::migrate;
use crate::sql;

/// How long to wait for the locks of other programs that look into the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The pages that the writer keeps at hand: of narrow indexes over random numbers, all of them for a
/// long time.
const WRITER_CACHE_KIB: i64 = 64 * 1024;

/// More than there are statements.
const STATEMENTS_MAX: usize = 64;

/// Prepares a statement, or takes it from the connection's store of them.
pub(crate) fn prepare<'a>(
    connection: &'a Connection,
    statement: &'static str,
) -> rusqlite::Result<CachedStatement<'a>> {
    connection.prepare_cached(&sql::for_sqlite(statement))
}

/// The one name of a file, so that two names for it have one lock. The file may not exist yet.
///
/// It is not opened to find out: closing it would drop the locks that SQLite holds on it in this
/// process.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, OpenError> {
    let failed = |source| OpenError::File { path: path.to_owned(), source };
    if path.exists() {
        return path.canonicalize().map_err(failed);
    }
    let Some(name) = path.file_name() else {
        return Err(failed(std::io::ErrorKind::InvalidInput.into()));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    Ok(folder.canonicalize().map_err(failed)?.join(name))
}

/// Takes the lock that keeps other servers out, as long as the file is held. The lock file stays
/// behind: deleting it would let two servers lock two files of that name.
pub(super) fn lock(path: &Path) -> Result<File, OpenError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&beside);
    let file = opened.map_err(|source| OpenError::File { path: beside.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(OpenError::File { path: beside, source }),
    }
}

/// Opens the database for the writer: the schema is as it must be, and no job is leased.
pub(super) fn open_to_write(path: &Path) -> Result<Connection, OpenError> {
    let create = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = open(path, create)?;
    migrate::migrate(&mut connection, path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // NORMAL may lose the last commits when the power fails.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.execute(sql::JOB_RELEASE, [])?;
    Ok(connection)
}

/// Opens the database to copy a world into it. Without a log: in an empty file nothing has to be kept
/// for undoing.
pub(super) fn open_to_copy_into(path: &Path) -> Result<Connection, OpenError> {
    let create = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = open(path, create)?;
    migrate::migrate(&mut connection, path)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    Ok(connection)
}

/// Opens the database to bring its log in. The writer has it open.
pub(super) fn open_to_checkpoint(path: &Path) -> Result<Connection, OpenError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// Opens the database to read it.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, OpenError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    migrate::check(&connection, path)?;
    Ok(connection)
}

fn open(path: &Path, how: OpenFlags) -> Result<Connection, OpenError> {
    let connection = Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "trusted_schema", false)?;
    // What REPLACE would delete is then deleted before the eyes of the triggers.
    connection.pragma_update(None, "recursive_triggers", true)?;
    // Otherwise what has a limit is planned anew each time, in case the limit is a small one.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::open_to_write;

    /// The schema leaves it to the connection that REPLACE, too, asks the trigger of deletions.
    #[test]
    fn a_transfer_is_not_replaced_by_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let writer = open_to_write(&folder.path().join("world.db")).unwrap();
        let put = |statement: &str, amount: u32| {
            writer.execute_batch(&format!(
                "{statement} INTO transfer (seq, id, debit, credit, amount, reason, phase,
                    reference, at, chain, n, link)
                VALUES (1, zeroblob(16), 1, 2, {amount}, '', 'posted', '', 0, 0, 1, zeroblob(32))"
            ))
        };
        writer.execute_batch("INSERT INTO account_name (name) VALUES ('a'), ('b')").unwrap();
        put("INSERT", 5).unwrap();
        let error = put("INSERT OR REPLACE", 6).unwrap_err();
        assert!(error.to_string().contains("a transfer is never deleted"), "{error}");
        let amount = writer.query_row("SELECT amount FROM transfer", [], |row| row.get(0));
        assert_eq!(amount, Ok(5));
    }
}
