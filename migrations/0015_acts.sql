-- What people signed with their own keys, with what proves it to anybody: only ever added to.
CREATE TABLE act (
    id      TEXT PRIMARY KEY,
    signer  TEXT NOT NULL,
    subject TEXT NOT NULL,
    receipt TEXT NOT NULL,
    at_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX act_at ON act (at_ms);

CREATE TRIGGER act_is_never_changed BEFORE UPDATE ON act
BEGIN SELECT RAISE (ABORT, 'an act is never changed'); END;

CREATE TRIGGER act_is_never_deleted BEFORE DELETE ON act
BEGIN SELECT RAISE (ABORT, 'an act is never deleted'); END;
