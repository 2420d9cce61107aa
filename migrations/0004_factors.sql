-- Authenticator apps and hardware tokens. Secrets are sealed to the registry's key (HPKE), which is in a file of its own.

-- What makes codes. It is bound to its id and its owner: the person of an app, the serial number of a token.
CREATE TABLE totp_secret (
    id           TEXT PRIMARY KEY,
    owner        TEXT NOT NULL,
    algorithm    TEXT NOT NULL CHECK (algorithm IN ('SHA1', 'SHA256', 'SHA512')),
    digits       INTEGER NOT NULL,
    period_s     INTEGER NOT NULL,
    sealing_key  TEXT NOT NULL,
    encapsulated BLOB NOT NULL,
    ciphertext   BLOB NOT NULL,
    -- By how many steps its clock was fast when it was last right, and the newest step that was taken: no code is taken twice.
    drift_steps  INTEGER NOT NULL DEFAULT 0,
    last_step    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX totp_secret_key ON totp_secret (sealing_key);

-- Hardware tokens. One is in stock while no factor of it is active.
CREATE TABLE token (
    serial       TEXT PRIMARY KEY,
    secret       TEXT NOT NULL UNIQUE REFERENCES totp_secret (id),
    manufacturer TEXT,
    station      TEXT NOT NULL REFERENCES station (id),
    operator     TEXT NOT NULL REFERENCES operator (id),
    imported_ms  INTEGER NOT NULL,
    accepted_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Under which one app or token may become somebody's.
CREATE TABLE app_offer (
    id          TEXT PRIMARY KEY,
    person      TEXT NOT NULL REFERENCES person (id),
    station     TEXT NOT NULL REFERENCES station (id),
    operator    TEXT NOT NULL REFERENCES operator (id),
    is_ticket   INTEGER NOT NULL,
    sealing_key TEXT NOT NULL,
    issued_ms   INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL,
    used_ms     INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX app_offer_expiry ON app_offer (expires_ms);

-- A factor that was removed stays, because earlier records name it, and opens nothing any more.
CREATE TABLE factor (
    id             TEXT PRIMARY KEY,
    person         TEXT NOT NULL REFERENCES person (id),
    secret         TEXT NOT NULL REFERENCES totp_secret (id),
    -- None: an app.
    serial         TEXT REFERENCES token (serial),
    name           TEXT NOT NULL,
    offer          TEXT NOT NULL UNIQUE REFERENCES app_offer (id),
    station        TEXT NOT NULL REFERENCES station (id),
    operator       TEXT NOT NULL REFERENCES operator (id),
    document       TEXT NOT NULL,
    last_four      TEXT NOT NULL,
    enrolled_ms    INTEGER NOT NULL,
    accepted_ms    INTEGER NOT NULL,
    last_tested_ms INTEGER NOT NULL,
    removed_ms     INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX factor_person ON factor (person, enrolled_ms);
CREATE UNIQUE INDEX factor_holder ON factor (secret) WHERE removed_ms IS NULL;

-- A test that was passed: the person has a factor. It serves once.
CREATE TABLE proof (
    offer     TEXT PRIMARY KEY REFERENCES offer (id) ON DELETE CASCADE,
    proved_ms INTEGER NOT NULL,
    used_ms   INTEGER
) STRICT, WITHOUT ROWID;

-- Codes that were examined, never the codes themselves. What is limited is the offer, and the subject: a secret, or the person
-- for whom a new one is tried.
CREATE TABLE code_attempt (
    number  INTEGER PRIMARY KEY,
    offer   TEXT NOT NULL,
    subject TEXT NOT NULL,
    wrong   INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL
) STRICT;

CREATE INDEX code_attempt_offer ON code_attempt (offer);
CREATE INDEX code_attempt_subject ON code_attempt (subject, at_ms);
CREATE INDEX code_attempt_at ON code_attempt (at_ms);

-- When a sealing key was last told to somebody who named no offer.
CREATE TABLE sealing_key (
    id      TEXT PRIMARY KEY,
    told_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
