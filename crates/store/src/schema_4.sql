-- Step 4 of the schema, for SQLite: a transfer is written with less to do, and what is made one after
-- the other is kept side by side. What is kept is as in step 3.

-- The keys of the provider's numbers are in their order (sqlite/key.rs).
UPDATE entity SET key = entity_key(kind, id) WHERE key <> entity_key(kind, id);

-- Transfers are never deleted, so that their numbers need no AUTOINCREMENT. phase is compared word by
-- word, for a list of so many words is made a table of at each insertion. That one is never replaced
-- is watched by the trigger of deletions, on connections that have recursive_triggers on, as ours
-- have: a trigger of insertions would have a copy of each page kept that is written to.
ALTER TABLE transfer RENAME TO transfer_3;
DROP INDEX transfer_resolves;
DROP INDEX transfer_debit;
DROP INDEX transfer_credit;
DROP INDEX transfer_reference;
DROP TRIGGER transfer_is_not_updated;
DROP TRIGGER transfer_is_not_deleted;
DROP TRIGGER transfer_is_not_replaced;
CREATE TABLE transfer (
    seq       INTEGER PRIMARY KEY,
    id        BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    debit     INTEGER NOT NULL REFERENCES account_name (n),
    credit    INTEGER NOT NULL REFERENCES account_name (n),
    amount    INTEGER NOT NULL CHECK (amount > 0),
    reason    TEXT NOT NULL,
    phase     TEXT NOT NULL
        CHECK (phase = 'posted' OR phase = 'pending' OR phase = 'post' OR phase = 'void'),
    resolves  BLOB REFERENCES transfer (id),
    reference TEXT NOT NULL,
    at        INTEGER NOT NULL,
    chain     INTEGER NOT NULL,
    n         INTEGER NOT NULL CHECK (n > 0),
    link      BLOB NOT NULL CHECK (length(link) = 32),
    CHECK (debit <> credit),
    CHECK ((phase = 'post' OR phase = 'void') = (resolves IS NOT NULL))
) STRICT;
INSERT INTO transfer (seq, id, debit, credit, amount, reason, phase, resolves, reference, at, chain,
    n, link)
    SELECT seq, id, debit, credit, amount, reason, phase, resolves, reference, at, chain, n, link
    FROM transfer_3 ORDER BY seq;
DROP TABLE transfer_3;
-- A hold is posted or voided at most once.
CREATE UNIQUE INDEX transfer_resolves ON transfer (resolves) WHERE resolves IS NOT NULL;
CREATE INDEX transfer_debit ON transfer (debit);
CREATE INDEX transfer_credit ON transfer (credit);
-- The provider's numbers differ in their last digits, and are in the order of these.
CREATE INDEX transfer_reference ON transfer (substr(reference, -19));

CREATE TRIGGER transfer_is_not_updated BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never changed'); END;
CREATE TRIGGER transfer_is_not_deleted BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;
