-- Step 1 of the schema, for SQLite. INTEGER holds 64 bits here; PostgreSQL gets BIGINT and BYTEA in
-- a file of its own when it comes. STRICT, AUTOINCREMENT (there: GENERATED ALWAYS AS IDENTITY)
-- and the form of the triggers are SQLite's; all else is common to both.

-- Aggregates: JSON under a kind and number. A change names the version that it replaces.
CREATE TABLE entity (
    kind       TEXT NOT NULL CHECK (kind <> ''),
    id         TEXT NOT NULL CHECK (id <> ''),
    owner      TEXT NOT NULL,
    version    INTEGER NOT NULL CHECK (version > 0),
    updated_at INTEGER NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX entity_owner ON entity (kind, owner, id);

-- Balances that gate decisions; the sums of all other accounts are in their transfers alone.
CREATE TABLE account (
    id              TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    limit_kind      TEXT NOT NULL CHECK (limit_kind IN ('unlimited', 'debits_within_credits')),
    debits_pending  INTEGER NOT NULL CHECK (debits_pending >= 0),
    debits_posted   INTEGER NOT NULL CHECK (debits_posted >= 0),
    credits_pending INTEGER NOT NULL CHECK (credits_pending >= 0),
    credits_posted  INTEGER NOT NULL CHECK (credits_posted >= 0),
    CHECK (limit_kind <> 'debits_within_credits'
        OR debits_pending + debits_posted <= credits_posted)
) STRICT;

-- Movements of money, in the order of the hash chain. Rows are only ever added.
CREATE TABLE transfer (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
    debit     TEXT NOT NULL,
    credit    TEXT NOT NULL,
    amount    INTEGER NOT NULL CHECK (amount > 0),
    reason    TEXT NOT NULL,
    phase     TEXT NOT NULL CHECK (phase IN ('posted', 'pending', 'post', 'void')),
    -- UNIQUE: a hold is posted or voided at most once.
    resolves  TEXT UNIQUE REFERENCES transfer (id),
    reference TEXT NOT NULL,
    at        INTEGER NOT NULL,
    link      BLOB NOT NULL CHECK (length(link) = 32),
    CHECK (debit <> credit),
    CHECK ((phase IN ('post', 'void')) = (resolves IS NOT NULL))
) STRICT;
-- SQLite ends every index with the row's number, so these are sorted by seq within a value;
-- PostgreSQL names seq as a second column.
CREATE INDEX transfer_debit ON transfer (debit);
CREATE INDEX transfer_credit ON transfer (credit);
CREATE INDEX transfer_reference ON transfer (reference);

CREATE TRIGGER transfer_is_not_updated BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never changed'); END;
CREATE TRIGGER transfer_is_not_deleted BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;
-- REPLACE would delete without asking the trigger above.
CREATE TRIGGER transfer_is_not_replaced BEFORE INSERT ON transfer
WHEN EXISTS (SELECT 1 FROM transfer WHERE id = NEW.id OR seq = NEW.seq OR resolves = NEW.resolves)
BEGIN SELECT RAISE(ABORT, 'a transfer is never replaced'); END;

-- Work for later. Numbers are never used twice: a claim is told from others by number and
-- attempt. run_at is business time, leased_until wall time, both in seconds since 1970.
CREATE TABLE job (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    run_at       INTEGER NOT NULL,
    leased_until INTEGER NOT NULL DEFAULT 0,
    attempt      INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    body         TEXT NOT NULL
) STRICT;
CREATE INDEX job_run_at ON job (run_at);
