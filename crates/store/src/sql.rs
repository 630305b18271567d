//! Every statement of SQLite's, in PostgreSQL's dialect as far as both have it: those of accounts,
//! jobs and migrations are PostgreSQL's too. What only PostgreSQL runs is in `postgres/sql.rs`.
//!
//! `$1` is a name to SQLite, and positions follow first appearance: placeholders first appear in
//! ascending order. SQLite has no row locks: [`for_sqlite`] strips them.

use std::borrow::Cow;

const LOCK: &str = " FOR UPDATE SKIP LOCKED";

/// A statement in SQLite's dialect. SQLite locks the whole database, so row locks go.
pub(crate) fn for_sqlite(statement: &'static str) -> Cow<'static, str> {
    if statement.contains(LOCK) {
        Cow::Owned(statement.replace(LOCK, ""))
    } else {
        Cow::Borrowed(statement)
    }
}

/// SQLite's alone: writes the log into the database file, and empties it.
pub(crate) const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// SQLite's alone: writes as much of the log into the database file as no one reads any more.
pub(crate) const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)*
        #[cfg(test)]
        const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

macro_rules! transfers {
    ($rest:literal) => {
        concat!(
            "SELECT t.seq, t.id, d.name, c.name, t.amount, t.reason, t.phase, \
             t.resolves, t.reference, t.at, t.chain, t.n, t.link FROM transfer t \
             JOIN account_name d ON d.n = t.debit JOIN account_name c ON c.n = t.credit ",
            $rest
        )
    };
}

macro_rules! accounts {
    ($rest:literal) => {
        concat!(
            "SELECT id, limit_kind, debits_pending, debits_posted, credits_pending, \
             credits_posted FROM account ",
            $rest
        )
    };
}

// What commands read.
statements! {
    ROW = "SELECT version, body FROM entity WHERE key = $1 AND kind = $2 AND id = $3";
    ACCOUNT = accounts!("WHERE id = $1");
    TRANSFER = transfers!("WHERE t.id = unhex($1)");
    RESOLVED = "SELECT EXISTS (SELECT 1 FROM transfer WHERE resolves = unhex($1))";
    ACCOUNT_NUMBER = "SELECT n FROM account_name WHERE name = $1";
    CHAIN = "SELECT links, link FROM chain WHERE id = $1";

    // What commands write.
    ROW_INSERT = "INSERT INTO entity (key, kind, id, owner, version, updated_at, body) \
                  VALUES ($1, $2, $3, $4, 1, $5, $6)";
    ROW_UPDATE = "UPDATE entity SET owner = $1, version = version + 1, updated_at = $2, \
                  body = $3 WHERE key = $4 AND kind = $5 AND id = $6 AND version = $7";
    ACCOUNT_INSERT = "INSERT INTO account (debits_pending, debits_posted, credits_pending, \
                      credits_posted, limit_kind, id) VALUES ($1, $2, $3, $4, $5, $6)";
    ACCOUNT_UPDATE = "UPDATE account SET debits_pending = $1, debits_posted = $2, \
                      credits_pending = $3, credits_posted = $4 \
                      WHERE limit_kind = $5 AND id = $6";
    ACCOUNT_NAME_INSERT = "INSERT INTO account_name (name) VALUES ($1) RETURNING n";
    TRANSFER_INSERT = "INSERT INTO transfer (seq, id, debit, credit, amount, reason, phase, \
                       resolves, reference, at, chain, n, link) VALUES ($1, unhex($2), $3, $4, $5, \
                       $6, $7, unhex($8), $9, $10, $11, $12, $13)";
    CHAIN_WRITE = "INSERT INTO chain (id, links, link) VALUES ($1, $2, $3) \
                   ON CONFLICT (id) DO UPDATE SET links = excluded.links, link = excluded.link";
    JOB_INSERT = "INSERT INTO job (run_at, body) VALUES ($1, $2)";

    // Jobs.
    JOB_CLAIM = "UPDATE job SET leased_until = $1, attempt = attempt + 1 WHERE id IN \
                 (SELECT id FROM job WHERE run_at <= $2 \
                 AND (leased_until <= $3 OR leased_until > $1) \
                 ORDER BY run_at, id LIMIT $4 FOR UPDATE SKIP LOCKED) \
                 RETURNING id, run_at, leased_until, attempt, body";
    JOB_NEXT = "SELECT run_at FROM job WHERE leased_until <= $1 OR leased_until > $2 \
                ORDER BY run_at LIMIT 1";
    JOB_HELD = "SELECT 1 FROM job WHERE id = $1 AND attempt = $2";
    JOB_DELETE = "DELETE FROM job WHERE id = $1 AND attempt = $2";
    JOB_POSTPONE = "UPDATE job SET run_at = $1, leased_until = 0 WHERE id = $2 AND attempt = $3";
    JOB_RELEASE = "UPDATE job SET leased_until = 0 WHERE leased_until <> 0";

    // Lists. The indexes of rows have no numbers, which are not listed, and a statement says so too.
    ROWS = "SELECT id, version, body FROM entity WHERE kind = $1 AND kind <> 'number' AND seq > \
            coalesce((SELECT seq FROM entity WHERE key = $2), 0) ORDER BY seq LIMIT $3";
    ROWS_OF_OWNER = "SELECT id, version, body FROM entity WHERE kind = $1 AND kind <> 'number' \
                     AND seq > \
                     coalesce((SELECT seq FROM entity WHERE key = $2), 0) AND owner = $3 \
                     ORDER BY seq LIMIT $4";
    ACCOUNTS = accounts!("WHERE id > $1 ORDER BY id LIMIT $2");
    TRANSFERS = transfers!("WHERE t.seq > $1 ORDER BY t.seq LIMIT $2");
    // No transfer has one account on both sides, so nothing comes twice.
    TRANSFERS_OF_ACCOUNT = concat!(
        transfers!("WHERE t.debit = (SELECT n FROM account_name WHERE name = $1) AND t.seq > $2 UNION ALL "),
        transfers!("WHERE t.credit = (SELECT n FROM account_name WHERE name = $1) AND t.seq > $2 ORDER BY t.seq LIMIT $3")
    );
    TRANSFERS_OF_REFERENCE = transfers!(
        "WHERE substr(t.reference, -19) = substr($1, -19) AND t.reference = $1 AND t.seq > $2 \
         ORDER BY t.seq LIMIT $3"
    );
    TRANSFERS_OF_BOTH = transfers!(
        "WHERE substr(t.reference, -19) = substr($1, -19) AND t.reference = $1 AND t.seq > $2 \
         AND (d.name = $3 OR c.name = $3) ORDER BY t.seq LIMIT $4"
    );
    JOBS = "SELECT id, run_at, leased_until, attempt, body FROM job WHERE id > $1 \
            ORDER BY id LIMIT $2";
    /// For the audit: every row of every kind.
    ALL_ROWS = "SELECT kind, id, version, body, key FROM entity ORDER BY seq";
    /// For the audit: every transfer, each chain in its order.
    ALL_TRANSFERS = transfers!("ORDER BY t.chain, t.n");
    ALL_CHAINS = "SELECT id, link FROM chain";

    // A copy of a whole world. Numbers stay as they are.
    COPY_CHAINS = "SELECT id, links, link FROM chain WHERE id > $1 ORDER BY id LIMIT $2";
    COPY_ROWS = "SELECT seq, kind, id, owner, version, updated_at, body FROM entity \
                 WHERE seq > $1 ORDER BY seq LIMIT $2";
    COPY_ROW = "INSERT INTO entity (seq, key, kind, id, owner, version, updated_at, body) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    COPY_JOB = "INSERT INTO job (id, run_at, attempt, body) VALUES ($1, $2, $3, $4)";

    // Migrations.
    MIGRATION_LAST = "SELECT max(n) FROM migration";
    MIGRATION_INSERT = "INSERT INTO migration (n) VALUES ($1)";
}

#[cfg(test)]
mod tests {
    use redress_core::number::Number;
    use redress_core::row::Row as _;

    use super::{ALL, LOCK, ROWS, ROWS_OF_OWNER, for_sqlite};

    /// The placeholders of a statement, in order of first appearance.
    fn placeholders(text: &str) -> Vec<u32> {
        let mut seen = Vec::new();
        for rest in text.split('$').skip(1) {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let number = digits.parse().unwrap();
            if !seen.contains(&number) {
                seen.push(number);
            }
        }
        seen
    }

    #[test]
    fn placeholders_ascend() {
        for (name, text) in ALL {
            let expected: Vec<u32> = (1..).take(placeholders(text).len()).collect();
            assert_eq!(placeholders(text), expected, "{name}");
        }
    }

    /// The indexes of lists have no numbers, and serve those statements only that say so too.
    #[test]
    fn numbers_are_in_no_list() {
        let unlisted = format!("kind <> '{}'", Number::KIND);
        assert_eq!(include_str!("schema_3.sql").matches(&unlisted).count(), 2);
        for list in [ROWS, ROWS_OF_OWNER] {
            assert!(list.contains(&unlisted), "{list}");
        }
    }

    #[test]
    fn sqlite_prepares_each() {
        let connection = crate::migrate::tests::in_memory();
        for (name, text) in ALL {
            let statement = connection
                .prepare(&for_sqlite(text))
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(statement.parameter_count(), placeholders(text).len(), "{name}");
            assert!(!for_sqlite(text).contains(LOCK), "{name}");
        }
    }

    #[test]
    fn no_statement_reads_a_whole_table() {
        let connection = crate::migrate::tests::in_memory();
        // Run once at the start, or to read everything.
        let whole = ["JOB_RELEASE", "ALL_ROWS", "ALL_TRANSFERS", "ALL_CHAINS", "MIGRATION_LAST"];
        // Read along an index, and stop at their limit.
        let limited = ["JOB_NEXT"];
        for (name, text) in ALL.iter().filter(|(name, _)| !whole.contains(name)) {
            let plan = format!("EXPLAIN QUERY PLAN {}", for_sqlite(text));
            let mut statement = connection.prepare(&plan).unwrap();
            let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
            let steps = statement
                .query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3))
                .unwrap();
            for step in steps.map(Result::unwrap) {
                let sorts = step.contains("TEMP B-TREE");
                let scans = step.starts_with("SCAN") && !step.contains("CONSTANT ROW");
                let limited = limited.contains(name);
                assert!(!sorts && (limited || !scans), "{name}: {step}");
            }
        }
    }
}
