-- Step 1 of the schema, for PostgreSQL and what speaks its protocol. Every primary key leads with
-- the tenant (crates/core/src/tenant.rs), so that engines which spread tables over machines can
-- spread these by it, and the rows of a merchant stay together. COLLATE "C": names are compared by
-- their bytes, in the order in which rows are locked.

-- Aggregates: JSON under a kind and number. A change names the version that it replaces. seq is the
-- order of lists, and only that: an index over it grows at its end, whatever the numbers are.
CREATE TABLE entity (
    tenant     TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind <> ''),
    id         TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
    seq        BIGINT GENERATED ALWAYS AS IDENTITY,
    owner      TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL CHECK (version > 0),
    updated_at BIGINT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, id)
);
CREATE INDEX entity_list ON entity (kind, seq);
CREATE INDEX entity_owner ON entity (owner, kind, seq);

-- Balances that gate decisions; the sums of all other accounts are in their transfers alone.
CREATE TABLE account (
    tenant          TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
    limit_kind      TEXT NOT NULL CHECK (limit_kind IN ('unlimited', 'debits_within_credits')),
    debits_pending  BIGINT NOT NULL CHECK (debits_pending >= 0),
    debits_posted   BIGINT NOT NULL CHECK (debits_posted >= 0),
    credits_pending BIGINT NOT NULL CHECK (credits_pending >= 0),
    credits_posted  BIGINT NOT NULL CHECK (credits_posted >= 0),
    PRIMARY KEY (tenant, id),
    CHECK (limit_kind <> 'debits_within_credits'
        OR debits_pending + debits_posted <= credits_posted)
) WITH (fillfactor = 50);

-- The chains: one for each writer, which alone adds to it. groups counts its commits: a writer whose
-- connection broke during one learns from it what became of that commit.
CREATE TABLE chain (
    id     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    groups BIGINT NOT NULL DEFAULT 0,
    links  BIGINT NOT NULL DEFAULT 0,
    link   BYTEA NOT NULL
) WITH (fillfactor = 50);

-- Movements of money, each the next link of its writer's chain. Rows are only ever added.
CREATE TABLE transfer (
    tenant    TEXT COLLATE "C" NOT NULL,
    id        TEXT COLLATE "C" NOT NULL CHECK (length(id) = 32),
    seq       BIGINT GENERATED ALWAYS AS IDENTITY,
    debit     TEXT COLLATE "C" NOT NULL,
    credit    TEXT COLLATE "C" NOT NULL,
    amount    BIGINT NOT NULL CHECK (amount > 0),
    reason    TEXT NOT NULL,
    phase     TEXT NOT NULL CHECK (phase IN ('posted', 'pending', 'post', 'void')),
    resolves  TEXT COLLATE "C",
    reference TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    chain     BIGINT NOT NULL,
    n         BIGINT NOT NULL CHECK (n > 0),
    link      BYTEA NOT NULL CHECK (length(link) = 32),
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, resolves) REFERENCES transfer (tenant, id),
    CHECK (debit <> credit),
    CHECK ((phase IN ('post', 'void')) = (resolves IS NOT NULL))
);
-- A hold is posted or voided at most once.
CREATE UNIQUE INDEX transfer_resolves ON transfer (tenant, resolves) WHERE resolves IS NOT NULL;
CREATE INDEX transfer_seq ON transfer (seq);
CREATE INDEX transfer_debit ON transfer (debit, seq);
CREATE INDEX transfer_credit ON transfer (credit, seq);
CREATE INDEX transfer_reference ON transfer (reference, seq);

-- Work for later. Numbers are never used twice: a claim is told from others by number and
-- attempt. run_at is business time, leased_until wall time, both in seconds since 1970.
CREATE TABLE job (
    tenant       TEXT COLLATE "C" NOT NULL,
    id           BIGINT GENERATED ALWAYS AS IDENTITY,
    run_at       BIGINT NOT NULL,
    leased_until BIGINT NOT NULL DEFAULT 0,
    attempt      BIGINT NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    body         TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX job_run_at ON job (run_at, id);
