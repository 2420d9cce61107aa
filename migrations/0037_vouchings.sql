-- An administrator answers, by an act that they signed with a key of theirs, for somebody who is not at a desk: an agent may ask for the
-- reset that the act names, under that name.
CREATE TABLE reset_vouching (
    -- The name under which an agent asks for it, or never does.
    reset         TEXT PRIMARY KEY,
    person        TEXT NOT NULL REFERENCES person (id),
    administrator TEXT NOT NULL REFERENCES person (id),
    signed_with   TEXT NOT NULL,
    act           TEXT NOT NULL UNIQUE REFERENCES act (id),
    at_ms         INTEGER NOT NULL,
    CHECK (person <> administrator)
) STRICT, WITHOUT ROWID;

CREATE INDEX reset_vouching_person ON reset_vouching (person, at_ms);
CREATE INDEX reset_vouching_administrator ON reset_vouching (administrator, at_ms);

CREATE TRIGGER reset_vouching_is_never_changed BEFORE UPDATE ON reset_vouching
BEGIN SELECT RAISE (ABORT, 'what an administrator answered for is never changed'); END;

CREATE TRIGGER reset_vouching_is_never_deleted BEFORE DELETE ON reset_vouching
BEGIN SELECT RAISE (ABORT, 'what an administrator answered for is never deleted'); END;
