-- Times are milliseconds since the epoch. Secrets (codes, tokens) are kept as SHA-256 only.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE organisation (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    country    TEXT NOT NULL,
    coc_number TEXT UNIQUE,
    CHECK (country <> 'NL' OR coc_number IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    number          INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    email           TEXT UNIQUE COLLATE NOCASE,
    employee_number TEXT,
    kind            TEXT NOT NULL CHECK (kind IN
        ('employee', 'user-administrator', 'main-administrator', 'unaffiliated', 'authorised-representative')),
    organisation    TEXT REFERENCES organisation (id),
    apps            INTEGER NOT NULL DEFAULT 0,
    -- WebAuthn's user handle: random, so that it says nothing about the person.
    user_handle     BLOB NOT NULL UNIQUE,
    CHECK ((kind = 'unaffiliated') = (organisation IS NULL)),
    UNIQUE (organisation, employee_number)
) STRICT;

-- The words that people are found by, folded to lower case without diacritics; rowid is person.number. An e-mail
-- address is one word besides the words before its @, so that nobody is found by the name of their mail provider.
CREATE VIRTUAL TABLE person_text USING fts5 (
    name, numbers, organisation, tokenize = "unicode61 tokenchars '@.+_-'", prefix = '2 3'
);

CREATE TABLE appointment (
    person TEXT NOT NULL REFERENCES person (id),
    at_ms  INTEGER NOT NULL,
    PRIMARY KEY (at_ms, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE operator (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    role        TEXT NOT NULL CHECK (role IN ('help-desk', 'station-administrator', 'customer-service')),
    user_handle BLOB NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_credential (
    id          BLOB PRIMARY KEY,
    operator    TEXT NOT NULL REFERENCES operator (id),
    -- The verifier's own form: public key, counter, flags.
    verifier    TEXT NOT NULL,
    station     TEXT NOT NULL REFERENCES station (id),
    enrolled_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE station (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    public_key_pem TEXT NOT NULL,
    -- SHA-256 of the SubjectPublicKeyInfo.
    thumbprint     BLOB NOT NULL UNIQUE,
    joined_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every head of a station's journal that came with a push; the highest sequence is the one it must not fall behind.
CREATE TABLE journal_head (
    station  TEXT NOT NULL REFERENCES station (id),
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    seen_ms  INTEGER NOT NULL,
    PRIMARY KEY (station, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE alarm (
    number  INTEGER PRIMARY KEY,
    at_ms   INTEGER NOT NULL,
    station TEXT REFERENCES station (id),
    kind    TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;

-- One-time codes: for a station to join, or for an operator to enrol a key.
CREATE TABLE code (
    hash       BLOB PRIMARY KEY,
    operator   TEXT REFERENCES operator (id),
    station    TEXT,
    expires_ms INTEGER NOT NULL,
    used_ms    INTEGER,
    CHECK ((operator IS NULL) <> (station IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE access_token (
    hash       BLOB PRIMARY KEY,
    station    TEXT NOT NULL REFERENCES station (id),
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Assertions (RFC 7523) that were used, for as long as they would otherwise hold.
CREATE TABLE used_assertion (
    station    TEXT NOT NULL REFERENCES station (id),
    jti        TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (station, jti)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    hash       BLOB PRIMARY KEY,
    operator   TEXT NOT NULL REFERENCES operator (id),
    station    TEXT NOT NULL REFERENCES station (id),
    opened_ms  INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    ended_ms   INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX session_of ON session (station, operator, opened_ms);

-- Challenges of operators: of a code's enrolment, or of a sign-in.
CREATE TABLE operator_challenge (
    challenge  BLOB PRIMARY KEY,
    station    TEXT NOT NULL REFERENCES station (id),
    code       BLOB REFERENCES code (hash),
    state      TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE offer (
    id                 TEXT PRIMARY KEY,
    kind               TEXT NOT NULL CHECK (kind IN ('enrolment', 'ticket', 'test')),
    person             TEXT NOT NULL REFERENCES person (id),
    station            TEXT NOT NULL REFERENCES station (id),
    operator           TEXT NOT NULL REFERENCES operator (id),
    registration_state TEXT,
    assertion_state    TEXT NOT NULL,
    issued_ms          INTEGER NOT NULL,
    expires_ms         INTEGER NOT NULL,
    used_ms            INTEGER,
    CHECK ((kind = 'test') = (registration_state IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX offer_expiry ON offer (expires_ms);

CREATE TABLE security_key (
    number    INTEGER PRIMARY KEY,
    aaguid    TEXT NOT NULL,
    serial    TEXT,
    asset_tag TEXT,
    model     TEXT NOT NULL,
    firmware  INTEGER
) STRICT;

CREATE INDEX security_key_serial ON security_key (aaguid, serial);

CREATE TABLE credential (
    id             BLOB PRIMARY KEY,
    person         TEXT NOT NULL REFERENCES person (id),
    security_key   INTEGER NOT NULL REFERENCES security_key (number),
    -- The verifier's own form: public key, counter, flags, attestation.
    verifier       TEXT NOT NULL,
    attestation    TEXT NOT NULL,
    trusted        INTEGER NOT NULL,
    offer          TEXT NOT NULL UNIQUE REFERENCES offer (id),
    station        TEXT NOT NULL REFERENCES station (id),
    operator       TEXT NOT NULL REFERENCES operator (id),
    document       TEXT NOT NULL,
    last_four      TEXT NOT NULL,
    enrolled_ms    INTEGER NOT NULL,
    accepted_ms    INTEGER NOT NULL,
    last_tested_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX credential_person ON credential (person, enrolled_ms);

-- What was answered to a write, so that its repetition gets the same answer.
CREATE TABLE idempotency (
    scope       TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status      INTEGER NOT NULL,
    body        TEXT NOT NULL,
    at_ms       INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    number   INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    station  TEXT,
    operator TEXT,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL
) STRICT;

CREATE INDEX audit_subject ON audit (subject);

-- The audit is only ever added to.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE (ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE (ABORT, 'the audit is only added to'); END;
