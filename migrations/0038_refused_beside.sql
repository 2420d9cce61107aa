-- Who refused one standing beside whoever was signed in, by the word of that one.
ALTER TABLE account_reset ADD COLUMN refused_by TEXT REFERENCES operator (id);

CREATE TRIGGER account_reset_refusal_is_final BEFORE UPDATE OF refused_by ON account_reset
WHEN OLD.state NOT IN ('prepared', 'requested', 'released')
BEGIN SELECT RAISE (ABORT, 'a reset that ended is never changed'); END;

-- Whom one was put to, to be released, and at whose desk. A request that is taken back after that is not as if nobody had asked.
CREATE TABLE account_reset_put (
    reset      TEXT NOT NULL REFERENCES account_reset (id),
    agent      TEXT NOT NULL REFERENCES operator (id),
    at_desk_of TEXT NOT NULL REFERENCES operator (id),
    at_ms      INTEGER NOT NULL,
    PRIMARY KEY (reset, agent, at_desk_of)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER account_reset_put_stays BEFORE UPDATE ON account_reset_put
BEGIN SELECT RAISE (ABORT, 'whom a reset was put to stays on record'); END;
CREATE TRIGGER account_reset_put_is_never_deleted BEFORE DELETE ON account_reset_put
BEGIN SELECT RAISE (ABORT, 'whom a reset was put to stays on record'); END;
