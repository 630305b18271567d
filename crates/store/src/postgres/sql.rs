//! The statements that only PostgreSQL runs: a group's rows are read, locked and written as arrays,
//! each kind of thing in one statement. Those that both databases run are in [`crate::sql`].

/// Guards a write that must touch so many rows (the parameter): if it does not, it divides by
/// nothing, and the transaction ends before its commit.
macro_rules! exactly {
    ($count:literal, $write:expr) => {
        concat!(
            "WITH w AS (",
            $write,
            " RETURNING 1) ",
            "SELECT 1 / (count(*) = ",
            $count,
            ")::int FROM w"
        )
    };
}

macro_rules! transfer_columns {
    () => {
        "t.seq, t.id, t.debit, t.credit, t.amount, t.reason, t.phase, t.resolves, t.reference, t.at"
    };
}

macro_rules! transfers {
    ($rest:literal) => {
        concat!("SELECT ", transfer_columns!(), " FROM transfer t ", $rest)
    };
}

macro_rules! account_columns {
    () => {
        "a.id, a.limit_kind, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted"
    };
}

/// Keys in their order. A look at each is a query of its own within the statement, so that it goes
/// by the primary key and nothing else, whatever the planner believes of a young table, and so that
/// rows are locked in the order of the keys.
macro_rules! ordered_keys {
    ($keys:literal) => {
        concat!(
            "(SELECT * FROM unnest(",
            $keys,
            " ORDER BY tenant COLLATE \"C\", id COLLATE \"C\") AS k CROSS JOIN LATERAL "
        )
    };
}

macro_rules! rows_of_kind {
    ($lock:literal) => {
        concat!(
            "SELECT k.n, e.version, e.body FROM ",
            ordered_keys!("$1::text[], $2::text[]) WITH ORDINALITY AS u(tenant, id, n)"),
            "(SELECT version, body FROM entity WHERE tenant = k.tenant AND kind = $3 AND id = k.id ",
            $lock,
            ") AS e"
        )
    };
}

macro_rules! accounts {
    ($lock:literal) => {
        concat!(
            "SELECT k.n, ",
            account_columns!(),
            " FROM ",
            ordered_keys!("$1::text[], $2::text[]) WITH ORDINALITY AS u(tenant, id, n)"),
            "(SELECT * FROM account WHERE tenant = k.tenant AND id = k.id ",
            $lock,
            ") AS a"
        )
    };
}

macro_rules! jobs {
    ($lock:literal) => {
        concat!(
            "SELECT k.n, j.attempt \
             FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS k(tenant, id, n) \
             JOIN job j ON j.tenant = k.tenant AND j.id = k.id",
            $lock
        )
    };
}

// What commands read. Locks are taken in the order of the keys.
pub(super) const ROWS: &str = concat!(
    "SELECT k.n, e.version, e.body FROM ",
    ordered_keys!("$1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS u(tenant, kind, id, n)"),
    "(SELECT version, body FROM entity \
     WHERE tenant = k.tenant AND kind = k.kind AND id = k.id LIMIT 1) AS e"
);
pub(super) const ROWS_TO_READ: &str = rows_of_kind!("FOR SHARE");
pub(super) const ROWS_TO_WRITE: &str = rows_of_kind!("FOR UPDATE");
pub(super) const ACCOUNTS: &str = accounts!("LIMIT 1");
pub(super) const ACCOUNTS_TO_READ: &str = accounts!("FOR SHARE");
pub(super) const ACCOUNTS_TO_WRITE: &str = accounts!("FOR UPDATE");
/// A transfer never changes, and that it was resolved is found again by the unique index.
pub(super) const TRANSFERS: &str = concat!(
    "SELECT k.n, ",
    transfer_columns!(),
    ", EXISTS (SELECT 1 FROM transfer r WHERE r.tenant = t.tenant AND r.resolves = t.id) \
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(tenant, id, n) \
     JOIN transfer t ON t.tenant = k.tenant AND t.id = k.id"
);
pub(super) const JOBS: &str = jobs!("");
pub(super) const JOBS_TO_WRITE: &str = jobs!(" ORDER BY j.tenant, j.id FOR UPDATE OF j");

// What commands write.
pub(super) const ROWS_INSERT: &str = "INSERT INTO entity (tenant, kind, id, owner, version, updated_at, body) \
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], \
     $6::bigint[], $7::text[])";
pub(super) const ROWS_UPDATE: &str = exactly!(
    "$8",
    "UPDATE entity e SET owner = k.owner, version = k.version, updated_at = k.at, body = k.body \
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], \
     $7::text[], $9::bigint[]) AS k(tenant, kind, id, owner, version, at, body, base) \
     WHERE e.tenant = k.tenant AND e.kind = k.kind AND e.id = k.id AND e.version = k.base"
);
pub(super) const ACCOUNTS_INSERT: &str = "INSERT INTO account (tenant, id, limit_kind, debits_pending, debits_posted, credits_pending, \
     credits_posted) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], \
     $5::bigint[], $6::bigint[], $7::bigint[])";
pub(super) const ACCOUNTS_UPDATE: &str = exactly!(
    "$8",
    "UPDATE account a SET debits_pending = k.a, debits_posted = k.b, credits_pending = k.c, \
     credits_posted = k.d \
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], \
     $7::bigint[]) AS k(tenant, id, limit_kind, a, b, c, d) \
     WHERE a.tenant = k.tenant AND a.id = k.id AND a.limit_kind = k.limit_kind"
);
pub(super) const TRANSFERS_INSERT: &str = "INSERT INTO transfer (tenant, id, debit, credit, amount, reason, phase, resolves, reference, \
     at, chain, n, link) \
     SELECT k.tenant, k.id, k.debit, k.credit, k.amount, k.reason, k.phase, k.resolves, \
     k.reference, k.at, $11, $12 + k.n, k.link \
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], \
     $7::text[], $8::text[], $9::text[], $10::bigint[], $13::bytea[]) WITH ORDINALITY \
     AS k(tenant, id, debit, credit, amount, reason, phase, resolves, reference, at, link, n)";
pub(super) const JOBS_INSERT: &str = "INSERT INTO job (tenant, run_at, body) \
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])";
pub(super) const JOBS_DELETE: &str = exactly!(
    "$4",
    "DELETE FROM job j USING unnest($1::text[], $2::bigint[], $3::bigint[]) \
     AS k(tenant, id, attempt) \
     WHERE j.tenant = k.tenant AND j.id = k.id AND j.attempt = k.attempt"
);

// Chains.
pub(super) const CHAIN_INSERT: &str = "INSERT INTO chain (link) VALUES ($1) RETURNING id";
pub(super) const CHAIN_UPDATE: &str = exactly!(
    "1",
    "UPDATE chain SET groups = groups + 1, links = $1, link = $2 WHERE id = $3 AND groups = $4"
);
/// Waits for whatever the lost connection may still be doing.
pub(super) const CHAIN_LOOK: &str =
    "SELECT groups, links, link FROM chain WHERE id = $1 FOR UPDATE";

// Jobs. `claim` is spread over nodes: who is first has them.
pub(super) const JOB_CLAIM: &str = "UPDATE job SET leased_until = $1, attempt = attempt + 1 WHERE (tenant, id) IN \
     (SELECT tenant, id FROM job WHERE run_at <= $2 AND (leased_until <= $3 OR leased_until > $1) \
     ORDER BY run_at, id LIMIT $4 FOR UPDATE SKIP LOCKED) \
     RETURNING id, run_at, leased_until, attempt, body";
pub(super) const JOB_NEXT: &str = "SELECT run_at FROM job WHERE leased_until <= $1 OR leased_until > $2 \
     ORDER BY run_at LIMIT 1";
pub(super) const JOB_POSTPONE: &str = "UPDATE job SET run_at = $1, leased_until = 0 WHERE tenant = $2 AND id = $3 AND attempt = $4 RETURNING id";

// Lists, in the order in which things were made. The indexes of rows have no numbers, which are not
// listed, and a statement says so too.
pub(super) const LIST_TRANSFERS: &str = transfers!("WHERE t.seq > $1 ORDER BY t.seq LIMIT $2");
/// No transfer has one account on both sides, so nothing comes twice.
pub(super) const LIST_TRANSFERS_OF_ACCOUNT: &str = concat!(
    transfers!("WHERE t.debit = $1 AND t.seq > $2 UNION ALL "),
    transfers!("WHERE t.credit = $1 AND t.seq > $2 ORDER BY seq LIMIT $3")
);
pub(super) const LIST_TRANSFERS_OF_REFERENCE: &str =
    transfers!("WHERE t.reference = $1 AND t.seq > $2 ORDER BY t.seq LIMIT $3");
pub(super) const LIST_TRANSFERS_OF_BOTH: &str = transfers!(
    "WHERE t.reference = $1 AND t.seq > $2 AND (t.debit = $3 OR t.credit = $3) \
     ORDER BY t.seq LIMIT $4"
);
pub(super) const LIST_ROWS: &str = "SELECT e.id, e.version, e.body FROM entity e \
     WHERE e.kind = $1 AND e.kind <> 'number' AND e.seq > coalesce(\
     (SELECT a.seq FROM entity a WHERE a.tenant = $2 AND a.kind = $1 AND a.id = $3), 0) \
     ORDER BY e.seq LIMIT $4";
pub(super) const LIST_ROWS_OF_OWNER: &str = "SELECT e.id, e.version, e.body FROM entity e \
     WHERE e.kind = $1 AND e.kind <> 'number' AND e.seq > coalesce(\
     (SELECT a.seq FROM entity a WHERE a.tenant = $2 AND a.kind = $1 AND a.id = $3), 0) \
     AND e.owner = $5 ORDER BY e.seq LIMIT $4";

// The audit reads everything, each chain in its order.
pub(super) const ALL_TRANSFERS: &str = concat!(
    "SELECT ",
    transfer_columns!(),
    ", t.chain, t.link FROM transfer t ORDER BY t.chain, t.n"
);
pub(super) const ALL_CHAINS: &str = "SELECT id, link FROM chain";
pub(super) const ALL_ACCOUNTS: &str = concat!("SELECT ", account_columns!(), " FROM account a");
pub(super) const ALL_ROWS: &str = "SELECT kind, id, version, body FROM entity";
pub(super) const ALL_JOBS: &str = "SELECT id, run_at, leased_until, attempt, body FROM job";

// What the schema is at. A node that finds a step being taken by another waits for it here.
pub(super) const MIGRATIONS: &str = "CREATE TABLE IF NOT EXISTS migration (n BIGINT PRIMARY KEY, \
     at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP)";
pub(super) const HAS_MIGRATIONS: &str = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() \
     AND table_name = 'migration'";

// A copy of a whole world: what it is read with, and written with. Numbers stay as they are, and
// those that are given next come after them.
pub(super) const COPIED_CHAINS: &str = "SELECT id, links, link FROM chain ORDER BY id";
pub(super) const COPIED_ROWS: &str =
    "SELECT seq, kind, id, owner, version, updated_at, body FROM entity ORDER BY seq";
pub(super) const COPIED_TRANSFERS: &str = concat!(
    "SELECT ",
    transfer_columns!(),
    ", t.chain, t.n, t.link FROM transfer t ORDER BY t.seq"
);
pub(super) const COPY_CHAINS: &str = "INSERT INTO chain (id, links, link) OVERRIDING SYSTEM VALUE \
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])";
pub(super) const COPY_ROWS: &str = "INSERT INTO entity (tenant, kind, id, seq, owner, version, updated_at, body) \
     OVERRIDING SYSTEM VALUE \
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], \
     $6::bigint[], $7::bigint[], $8::text[])";
pub(super) const COPY_TRANSFERS: &str = "INSERT INTO transfer (tenant, id, seq, debit, credit, amount, reason, phase, resolves, \
     reference, at, chain, n, link) OVERRIDING SYSTEM VALUE \
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], \
     $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], \
     $12::bigint[], $13::bigint[], $14::bytea[])";
pub(super) const COPY_JOBS: &str = "INSERT INTO job (tenant, id, run_at, attempt, body) OVERRIDING SYSTEM VALUE \
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])";
pub(super) const COPY_NUMBERS: &[&str] = &[
    "SELECT setval(pg_get_serial_sequence('entity', 'seq'), greatest(max(seq), 1)) FROM entity",
    "SELECT setval(pg_get_serial_sequence('transfer', 'seq'), greatest(max(seq), 1)) FROM transfer",
    "SELECT setval(pg_get_serial_sequence('chain', 'id'), greatest(max(id), 1)) FROM chain",
    "SELECT setval(pg_get_serial_sequence('job', 'id'), greatest(max(id), 1)) FROM job",
];

#[cfg(test)]
mod tests {
    use redress_core::number::Number;
    use redress_core::row::Row as _;

    use super::{LIST_ROWS, LIST_ROWS_OF_OWNER};

    /// The indexes of lists have no numbers, and serve those statements only that say so too.
    #[test]
    fn numbers_are_in_no_list() {
        let unlisted = format!("kind <> '{}'", Number::KIND);
        assert_eq!(include_str!("schema_2.sql").matches(&unlisted).count(), 2);
        for list in [LIST_ROWS, LIST_ROWS_OF_OWNER] {
            assert!(list.contains(&unlisted), "{list}");
        }
    }
}
