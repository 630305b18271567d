//! What a member of a group does inside the group's transaction.

use redress_api::Timestamp;
use redress_core::ledger;
use redress_core::row::Put;
use redress_core::{Changes, Command, Frame, Transfer};
use rusqlite::{Connection, Params, params};

use super::chain::{Chain, OWN_CHAIN};
use super::rows::{self, Seen};
use super::write::{self, Standing};
use super::{jobs, prepare, row_key};
use crate::error::{Failure, Fault};
use crate::jobs::{Claim, Claims, Window};
use crate::sql;

/// The transaction of a group. A [`Fault`] ends it for all members; a [`Failure`] is one member's
/// own, and that member has written nothing.
pub(super) struct Session<'a> {
    pub(super) connection: &'a Connection,
    pub(super) seen: &'a mut Seen,
    /// Where the chain is at.
    pub(super) chain: &'a mut Chain,
    /// When the first is due of the jobs that were scheduled or postponed.
    pub(super) scheduled: &'a mut Option<Timestamp>,
}

impl Session<'_> {
    /// Decides, and writes what was decided.
    pub(super) fn execute<C: Command>(
        &mut self,
        command: &C,
        frame: Frame,
    ) -> Result<Result<C::Outcome, Failure>, Fault> {
        let (outcome, changes) = match rows::decide(self.connection, command, frame, self.seen)? {
            Ok(decided) => decided,
            Err(failure) => return Ok(Err(failure)),
        };
        self.write(&changes, frame.now)?;
        self.seen.write(changes);
        Ok(Ok(outcome))
    }

    /// Leases what is due.
    pub(super) fn claim(&self, window: &Window) -> Result<Claims, Fault> {
        jobs::claim(self.connection, window)
    }

    /// Runs a command that does a job, or keeps what came of it, if the claim is the latest and
    /// the job still there; deletes the job.
    pub(super) fn complete<C: Command>(
        &mut self,
        claim: &Claim,
        command: &C,
        frame: Frame,
    ) -> Result<Result<Option<C::Outcome>, Failure>, Fault> {
        if !jobs::is_held(self.connection, claim)? {
            return Ok(Ok(None));
        }
        let done = self.execute(command, frame)?;
        if done.is_ok() {
            self.one(sql::JOB_DELETE, params![claim.id, claim.attempt])?;
        }
        Ok(done.map(Some))
    }

    /// Gives a job back, if the claim is the latest and the job still there.
    pub(super) fn postpone(
        &mut self,
        id: i64,
        attempt: u32,
        until: Timestamp,
    ) -> Result<(), Fault> {
        let mut statement = prepare(self.connection, sql::JOB_POSTPONE)?;
        if statement.execute(params![until.unix(), id, attempt])? > 0 {
            self.schedule(until);
        }
        Ok(())
    }

    fn write(&mut self, changes: &Changes, now: Timestamp) -> Result<(), Fault> {
        for ((kind, id), put) in &changes.puts {
            self.put(kind, id, put, now)?;
        }
        for (account, is_new) in changes.accounts.values() {
            write::account(self.connection, account, *is_new)?;
        }
        for transfer in &changes.transfers {
            self.transfer(transfer)?;
        }
        for (at, job) in &changes.jobs {
            let body = serde_json::to_string(job)?;
            self.one(sql::JOB_INSERT, params![at.unix(), body])?;
            self.schedule(*at);
        }
        Ok(())
    }

    fn schedule(&mut self, at: Timestamp) {
        *self.scheduled = Some(self.scheduled.map_or(at, |first| first.min(at)));
    }

    fn put(&self, kind: &str, id: &str, put: &Put, now: Timestamp) -> Result<(), Fault> {
        let Put { owner, replaces, body } = put;
        let key = row_key(kind, id);
        match replaces {
            0 => self.one(sql::ROW_INSERT, params![key, kind, id, owner, now.unix(), body]),
            _ => {
                let columns = params![owner, now.unix(), body, key, kind, id, replaces];
                self.one(sql::ROW_UPDATE, columns)
            }
        }
    }

    fn transfer(&mut self, transfer: &Transfer) -> Result<(), Fault> {
        let Chain { links, link } = self.chain;
        let (number, link) = (*links + 1, ledger::link(link, transfer));
        let at = Standing { seq: None, chain: OWN_CHAIN, n: number, link: &link };
        write::transfer(self.connection, &mut self.seen.names, transfer, &at)?;
        *self.chain = Chain { links: number, link };
        Ok(())
    }

    fn one(&self, statement: &'static str, columns: impl Params) -> Result<(), Fault> {
        write::one(self.connection, statement, columns)
    }
}
