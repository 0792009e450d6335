-- The first schema of the embedded store. Every table is keyed by office_id first, so that the
-- same rows can be distributed by office over many servers.
-- The same columns on PostgreSQL: INTEGER is BIGINT, TEXT is TEXT COLLATE "C", BLOB is BYTEA.
-- A moment is microseconds since 1970 UTC; a day is the number yyyymmdd; a hash is SHA-256.

-- One row an office: the head of its log. A commit takes it, appends, moves it.
CREATE TABLE offices (
    office_id INTEGER NOT NULL PRIMARY KEY,
    seq       INTEGER NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    moment    INTEGER NOT NULL
) STRICT;

-- The log: gapless from 1, each hash covering the one before it.
CREATE TABLE records (
    office_id INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    moment    INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    body      BLOB    NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (office_id, seq)
) STRICT;

-- What a command was answered, by its idempotency key.
CREATE TABLE answers (
    office_id   INTEGER NOT NULL,
    key         TEXT    NOT NULL,
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 32),
    seq         INTEGER NOT NULL,
    moment      INTEGER NOT NULL,
    body        BLOB    NOT NULL,
    PRIMARY KEY (office_id, key)
) STRICT;

-- Read models: what the log says now about an order, a payout, a statement.
CREATE TABLE documents (
    office_id INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    id        INTEGER NOT NULL,
    owner     INTEGER,
    state     TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    body      BLOB    NOT NULL,
    PRIMARY KEY (office_id, kind, id)
) STRICT;
CREATE INDEX documents_by_state ON documents (office_id, kind, state, id);
CREATE INDEX documents_by_owner ON documents (office_id, kind, owner, id) WHERE owner IS NOT NULL;

-- Personal data and secrets, outside the log so that they can be erased.
CREATE TABLE side (
    office_id INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    owner     INTEGER,
    body      BLOB    NOT NULL,
    expires   INTEGER,
    PRIMARY KEY (office_id, kind, key)
) STRICT;
CREATE INDEX side_by_owner ON side (office_id, kind, owner, key) WHERE owner IS NOT NULL;
CREATE INDEX side_by_expiry ON side (office_id, expires) WHERE expires IS NOT NULL;

-- What was uploaded outside the lock: a file's bytes ('file') or a statement's entries ('entries').
-- state: filling -> ready -> kept (a commit refers to it), or condemned (a sweep removes it).
CREATE TABLE uploads (
    office_id INTEGER NOT NULL,
    upload    INTEGER NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('file', 'entries')),
    state     TEXT    NOT NULL CHECK (state IN ('filling', 'ready', 'kept', 'condemned')),
    hash      BLOB,
    size      INTEGER NOT NULL,
    moment    INTEGER NOT NULL,
    PRIMARY KEY (office_id, upload)
) STRICT;
CREATE UNIQUE INDEX uploads_by_hash ON uploads (office_id, kind, hash) WHERE hash IS NOT NULL;

-- The last upload number given out; a number is never used again.
CREATE TABLE upload_numbers (
    office_id INTEGER NOT NULL PRIMARY KEY,
    last      INTEGER NOT NULL
) STRICT;

CREATE TABLE file_chunks (
    office_id INTEGER NOT NULL,
    upload    INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    bytes     BLOB    NOT NULL,
    PRIMARY KEY (office_id, upload, position)
) STRICT;

-- The lines of statements, as they were uploaded. A line has no ordinal of its own: the booking
-- that covers it gives it its place in the account's chain.
CREATE TABLE entries (
    office_id     INTEGER NOT NULL,
    upload        INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    amount        INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    booked_on     INTEGER,
    body          BLOB    NOT NULL,
    PRIMARY KEY (office_id, upload, position)
) STRICT;

-- Entries position .. position+count of an upload stand in the account's chain at the ordinals
-- first .. first+count, their balances shifted by so much. The chain of an account is gapless from
-- ordinal 1.
CREATE TABLE bookings (
    office_id INTEGER NOT NULL,
    account   INTEGER NOT NULL,
    first     INTEGER NOT NULL,
    count     INTEGER NOT NULL CHECK (count > 0),
    upload    INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    statement INTEGER NOT NULL,
    shift     INTEGER NOT NULL,
    PRIMARY KEY (office_id, account, first)
) STRICT, WITHOUT ROWID;
