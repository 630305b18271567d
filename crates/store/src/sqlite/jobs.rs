//! Claims of jobs. A claim is a lease: no transaction is open while someone works on it.

use redress_api::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::prepare;
use crate::error::Fault;
use crate::jobs::{Claim, Claims, Queued, Window};
use crate::page::{job_columns, queued};
use crate::sql;

/// Leases what is due.
pub(super) fn claim(connection: &Connection, window: &Window) -> Result<Claims, Fault> {
    let until = window.until();
    let bounds = params![until, window.now.unix(), window.wall_seconds, window.most];
    let mut statement = prepare(connection, sql::JOB_CLAIM)?;
    let mut claims = Vec::new();
    for columns in statement.query_map(bounds, job_columns)? {
        match queued(columns?) {
            Ok(Queued { id, run_at, leased_until: _, attempt, job }) => {
                claims.push(Claim { id, attempt, job, run_at });
            }
            // It stays leased, so that it does not keep the others from their turn.
            Err(fault) => tracing::error!(%fault, "a job is left alone"),
        }
    }
    claims.sort_by_key(|claim| (claim.run_at, claim.id));
    let next = prepare(connection, sql::JOB_NEXT)?
        .query_row([window.wall_seconds, until], |row| row.get(0))
        .optional()?;
    Ok(Claims { claims, next_at: next.map(Timestamp::from_unix) })
}

/// Whether the job is still there, and no one has claimed it since.
pub(super) fn is_held(connection: &Connection, claim: &Claim) -> Result<bool, Fault> {
    Ok(prepare(connection, sql::JOB_HELD)?.exists(params![claim.id, claim.attempt])?)
}
