//! Connections that read. A look takes tens of microseconds, so it runs where it is asked for.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::connection::open_to_read;
use crate::error::{Failure, Fault, OpenError};

/// A fixed number of connections; who finds none free waits.
pub(super) struct Readers {
    free: Mutex<Vec<Connection>>,
    permits: Semaphore,
    count: u32,
}

impl Readers {
    pub(super) fn open(path: &Path, count: usize) -> Result<Self, OpenError> {
        let free = (0..count).map(|_| open_to_read(path)).collect::<Result<Vec<_>, _>>()?;
        let count = u32::try_from(free.len()).expect("there are few readers");
        let permits = Semaphore::new(free.len());
        Ok(Self { free: Mutex::new(free), permits, count })
    }

    /// Looks at one moment of the database.
    pub(super) async fn look<T>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, Failure> {
        let permit = self.permits.acquire().await.map_err(|_closed| Failure::Closed)?;
        let connection = self.free().pop().expect("as many permits as connections");
        let mut reader = Reader { readers: self, connection: Some(connection), _permit: permit };
        let connection = reader.connection.as_mut().expect("taken only when dropped");
        let snapshot = connection.transaction().map_err(Fault::from)?;
        Ok(look(&snapshot)?)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }

    /// Waits for the looks under way, and closes the connections.
    pub(super) async fn close(&self) {
        if let Ok(_all) = self.permits.acquire_many(self.count).await {
            self.permits.close();
            self.free().clear();
        }
    }

    fn free(&self) -> MutexGuard<'_, Vec<Connection>> {
        // Nothing that can panic runs under the lock.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in use; it goes back before its permit does.
struct Reader<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
    _permit: SemaphorePermit<'a>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.readers.free().extend(self.connection.take());
    }
}
