-- An administrator answers, by an act that they signed with a key of theirs, for somebody who is not at a desk: an agent may ask for the
-- reset of that account, of those factors, for that reason.
CREATE TABLE reset_vouching (
    act           TEXT PRIMARY KEY REFERENCES act (id),
    person        TEXT NOT NULL REFERENCES person (id),
    administrator TEXT NOT NULL REFERENCES person (id),
    signed_with   TEXT NOT NULL,
    at_ms         INTEGER NOT NULL,
    CHECK (person <> administrator)
) STRICT, WITHOUT ROWID;

CREATE INDEX reset_vouching_person ON reset_vouching (person, at_ms);
CREATE INDEX reset_vouching_administrator ON reset_vouching (administrator, at_ms);

CREATE TRIGGER reset_vouching_is_never_changed BEFORE UPDATE ON reset_vouching
BEGIN SELECT RAISE (ABORT, 'what an administrator answered for is never changed'); END;

CREATE TRIGGER reset_vouching_is_never_deleted BEFORE DELETE ON reset_vouching
BEGIN SELECT RAISE (ABORT, 'what an administrator answered for is never deleted'); END;

-- What was asked for by it: once.
CREATE TABLE reset_vouching_use (
    act   TEXT PRIMARY KEY REFERENCES reset_vouching (act),
    reset TEXT NOT NULL UNIQUE REFERENCES account_reset (id)
) STRICT, WITHOUT ROWID;

-- It was taken back, by whoever answered or by another administrator.
CREATE TABLE reset_vouching_end (
    act    TEXT PRIMARY KEY REFERENCES reset_vouching (act),
    person TEXT NOT NULL REFERENCES person (id),
    at_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
