-- Step 2 of the schema, for SQLite: nothing grows but at its end, apart from narrow indexes. What is
-- kept, and what is refused, is as in step 1.

-- Rows are numbered as they are made, which is the order of lists. They are found by a key of fixed
-- width, a hash of kind and id (sqlite/key.rs), so that a merchant's random numbers are in no wide
-- B-tree. entity_key() is there while the step is taken.
ALTER TABLE entity RENAME TO entity_1;
DROP INDEX entity_owner;
CREATE TABLE entity (
    seq        INTEGER PRIMARY KEY,
    key        BLOB NOT NULL UNIQUE CHECK (length(key) = 16),
    kind       TEXT NOT NULL CHECK (kind <> ''),
    id         TEXT NOT NULL CHECK (id <> ''),
    owner      TEXT NOT NULL,
    version    INTEGER NOT NULL CHECK (version > 0),
    updated_at INTEGER NOT NULL,
    body       TEXT NOT NULL
) STRICT;
INSERT INTO entity (seq, key, kind, id, owner, version, updated_at, body)
    SELECT rowid, entity_key(kind, id), kind, id, owner, version, updated_at, body
    FROM entity_1 ORDER BY rowid;
DROP TABLE entity_1;
-- SQLite ends every index with the row's number, so these are sorted by seq within a value.
CREATE INDEX entity_list ON entity (kind);
CREATE INDEX entity_owner ON entity (kind, owner);

-- The names of accounts, each once: transfers have the number.
CREATE TABLE account_name (
    n    INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;

-- The ends of the chains. Chain 0 is that of this file's writer; others came with a world that was
-- kept elsewhere before.
CREATE TABLE chain (
    id    INTEGER PRIMARY KEY,
    links INTEGER NOT NULL CHECK (links >= 0),
    link  BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;

-- Movements of money, each the next link of its chain. Rows are only ever added.
ALTER TABLE transfer RENAME TO transfer_1;
DROP INDEX transfer_debit;
DROP INDEX transfer_credit;
DROP INDEX transfer_reference;
DROP TRIGGER transfer_is_not_updated;
DROP TRIGGER transfer_is_not_deleted;
DROP TRIGGER transfer_is_not_replaced;
CREATE TABLE transfer (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    id        BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    debit     INTEGER NOT NULL REFERENCES account_name (n),
    credit    INTEGER NOT NULL REFERENCES account_name (n),
    amount    INTEGER NOT NULL CHECK (amount > 0),
    reason    TEXT NOT NULL,
    phase     TEXT NOT NULL CHECK (phase IN ('posted', 'pending', 'post', 'void')),
    resolves  BLOB REFERENCES transfer (id),
    reference TEXT NOT NULL,
    at        INTEGER NOT NULL,
    chain     INTEGER NOT NULL,
    n         INTEGER NOT NULL CHECK (n > 0),
    link      BLOB NOT NULL CHECK (length(link) = 32),
    CHECK (debit <> credit),
    CHECK ((phase IN ('post', 'void')) = (resolves IS NOT NULL))
) STRICT;
INSERT INTO account_name (name)
    SELECT debit FROM transfer_1 UNION SELECT credit FROM transfer_1;
INSERT INTO transfer (seq, id, debit, credit, amount, reason, phase, resolves, reference, at, chain,
    n, link)
    SELECT t.seq, unhex(t.id), d.n, c.n, t.amount, t.reason, t.phase, unhex(t.resolves),
        t.reference, t.at, 0, row_number() OVER (ORDER BY t.seq), t.link
    FROM transfer_1 t JOIN account_name d ON d.name = t.debit
        JOIN account_name c ON c.name = t.credit
    ORDER BY t.seq;
INSERT INTO chain (id, links, link) SELECT 0, n, link FROM transfer ORDER BY seq DESC LIMIT 1;
DROP TABLE transfer_1;
-- A hold is posted or voided at most once.
CREATE UNIQUE INDEX transfer_resolves ON transfer (resolves) WHERE resolves IS NOT NULL;
CREATE INDEX transfer_debit ON transfer (debit);
CREATE INDEX transfer_credit ON transfer (credit);
-- The provider's numbers differ at their ends.
CREATE INDEX transfer_reference ON transfer (substr(reference, -8));

CREATE TRIGGER transfer_is_not_updated BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never changed'); END;
CREATE TRIGGER transfer_is_not_deleted BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;
-- REPLACE would delete without asking the trigger above.
CREATE TRIGGER transfer_is_not_replaced BEFORE INSERT ON transfer
WHEN EXISTS (SELECT 1 FROM transfer WHERE id = NEW.id OR seq = NEW.seq OR resolves = NEW.resolves)
BEGIN SELECT RAISE(ABORT, 'a transfer is never replaced'); END;

CREATE TRIGGER account_name_is_not_updated BEFORE UPDATE ON account_name
BEGIN SELECT RAISE(ABORT, 'a transfer is never changed, nor is the name of its account'); END;
CREATE TRIGGER account_name_is_not_deleted BEFORE DELETE ON account_name
BEGIN SELECT RAISE(ABORT, 'a transfer is never changed, nor is the name of its account'); END;
CREATE TRIGGER account_name_is_not_replaced BEFORE INSERT ON account_name
WHEN EXISTS (SELECT 1 FROM account_name WHERE n = NEW.n OR name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'a transfer is never changed, nor is the name of its account'); END;
