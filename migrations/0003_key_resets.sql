-- A credential whose key was reset stays, because earlier records name it, and opens nothing any more.

CREATE TABLE key_reset (
    number       INTEGER PRIMARY KEY,
    security_key INTEGER NOT NULL REFERENCES security_key (number),
    station      TEXT NOT NULL REFERENCES station (id),
    operator     TEXT NOT NULL REFERENCES operator (id),
    finished_by  TEXT REFERENCES operator (id),
    reason       TEXT NOT NULL,
    ticket       TEXT,
    requested_by TEXT,
    document     TEXT,
    last_four    TEXT,
    reset_ms     INTEGER NOT NULL,
    accepted_ms  INTEGER NOT NULL
) STRICT;

ALTER TABLE credential ADD COLUMN gone_ms INTEGER;
ALTER TABLE credential ADD COLUMN gone_by INTEGER REFERENCES key_reset (number);

CREATE INDEX credential_key ON credential (security_key);
