-- The first schema of the server store. Every table is keyed by office_id first, so that the rows
-- can be distributed by office over many servers.
-- The same columns on SQLite: BIGINT is BIGINT, TEXT COLLATE "C" is TEXT, BYTEA is BLOB.
-- A moment is microseconds since 1970 UTC; a day is the number yyyymmdd; a hash is SHA-256.

-- One row an office: the head of its log. A commit takes it, appends, moves it.
CREATE TABLE offices (
    office_id BIGINT  NOT NULL PRIMARY KEY,
    seq       BIGINT  NOT NULL,
    hash      BYTEA   NOT NULL CHECK (octet_length(hash) = 32),
    moment    BIGINT  NOT NULL
);

-- The log: gapless from 1, each hash covering the one before it.
CREATE TABLE records (
    office_id BIGINT  NOT NULL,
    seq       BIGINT  NOT NULL,
    moment    BIGINT  NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    version   BIGINT  NOT NULL,
    body      BYTEA   NOT NULL,
    hash      BYTEA   NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (office_id, seq)
);

-- What a command was answered, by its idempotency key.
CREATE TABLE answers (
    office_id   BIGINT  NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA   NOT NULL CHECK (octet_length(fingerprint) = 32),
    seq         BIGINT  NOT NULL,
    moment      BIGINT  NOT NULL,
    body        BYTEA   NOT NULL,
    PRIMARY KEY (office_id, key)
);

-- Read models: what the log says now about an order, a payout, a statement.
CREATE TABLE documents (
    office_id BIGINT  NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    id        BIGINT  NOT NULL,
    owner     BIGINT,
    state     TEXT COLLATE "C" NOT NULL,
    seq       BIGINT  NOT NULL,
    body      BYTEA   NOT NULL,
    PRIMARY KEY (office_id, kind, id)
);
CREATE INDEX documents_by_state ON documents (office_id, kind, state, id);
CREATE INDEX documents_by_owner ON documents (office_id, kind, owner, id) WHERE owner IS NOT NULL;

-- Personal data and secrets, outside the log so that they can be erased.
CREATE TABLE side (
    office_id BIGINT  NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL,
    owner     BIGINT,
    body      BYTEA   NOT NULL,
    expires   BIGINT,
    PRIMARY KEY (office_id, kind, key)
);
CREATE INDEX side_by_owner ON side (office_id, kind, owner, key) WHERE owner IS NOT NULL;
CREATE INDEX side_by_expiry ON side (office_id, expires) WHERE expires IS NOT NULL;

-- What was uploaded outside the lock: a file's bytes ('file') or a statement's entries ('entries').
-- state: filling -> ready -> kept (a commit refers to it), or condemned (a sweep removes it).
CREATE TABLE uploads (
    office_id BIGINT  NOT NULL,
    upload    BIGINT  NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL CHECK (kind IN ('file', 'entries')),
    state     TEXT COLLATE "C" NOT NULL CHECK (state IN ('filling', 'ready', 'kept', 'condemned')),
    hash      BYTEA,
    size      BIGINT  NOT NULL,
    moment    BIGINT  NOT NULL,
    PRIMARY KEY (office_id, upload)
);
CREATE UNIQUE INDEX uploads_by_hash ON uploads (office_id, kind, hash) WHERE hash IS NOT NULL;

-- The last upload number given out; a number is never used again.
CREATE TABLE upload_numbers (
    office_id BIGINT  NOT NULL PRIMARY KEY,
    last      BIGINT  NOT NULL
);

CREATE TABLE file_chunks (
    office_id BIGINT  NOT NULL,
    upload    BIGINT  NOT NULL,
    position  BIGINT  NOT NULL,
    bytes     BYTEA   NOT NULL,
    PRIMARY KEY (office_id, upload, position)
);

-- The lines of statements, as they were uploaded. A line has no ordinal of its own: the booking
-- that covers it gives it its place in the account's chain.
CREATE TABLE entries (
    office_id     BIGINT  NOT NULL,
    upload        BIGINT  NOT NULL,
    position      BIGINT  NOT NULL,
    amount        BIGINT  NOT NULL,
    balance_after BIGINT  NOT NULL,
    booked_on     BIGINT,
    body          BYTEA   NOT NULL,
    PRIMARY KEY (office_id, upload, position)
);

-- Entries position .. position+count of an upload stand in the account's chain at the ordinals
-- first .. first+count, their balances shifted by so much. The chain of an account is gapless from
-- ordinal 1.
CREATE TABLE bookings (
    office_id BIGINT  NOT NULL,
    account   BIGINT  NOT NULL,
    first     BIGINT  NOT NULL,
    count     BIGINT  NOT NULL CHECK (count > 0),
    upload    BIGINT  NOT NULL,
    position  BIGINT  NOT NULL,
    statement BIGINT  NOT NULL,
    shift     BIGINT  NOT NULL,
    PRIMARY KEY (office_id, account, first)
);
