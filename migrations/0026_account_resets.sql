-- The reset of an account: who asked for it and why, who released it, what came of it. What is final is never changed.
CREATE TABLE account_reset (
    id          TEXT PRIMARY KEY,
    person      TEXT NOT NULL REFERENCES person (id),
    visit       TEXT NOT NULL REFERENCES visit (id),
    station     TEXT NOT NULL REFERENCES station (id),
    asked_by    TEXT NOT NULL REFERENCES operator (id),
    reason      TEXT NOT NULL,
    remark      TEXT NOT NULL,
    ticket      TEXT,
    -- The acts that were signed, and what the first one was signed with.
    asked       TEXT NOT NULL REFERENCES act (id),
    signature   BLOB NOT NULL,
    released    TEXT REFERENCES act (id),
    state       TEXT NOT NULL CHECK (state IN ('requested', 'withdrawn', 'refused', 'expired', 'released', 'carried-out')),
    asked_ms    INTEGER NOT NULL,
    -- It expires then, unless it goes on.
    until_ms    INTEGER NOT NULL,
    released_by TEXT REFERENCES operator (id),
    released_ms INTEGER,
    ended_by    TEXT REFERENCES operator (id),
    ended_ms    INTEGER,
    CHECK ((released IS NULL) = (released_by IS NULL) AND (released_by IS NULL) = (released_ms IS NULL)),
    CHECK (state NOT IN ('released', 'carried-out') OR released IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_reset_person ON account_reset (person, asked_ms);
CREATE INDEX account_reset_asked_by ON account_reset (asked_by, asked_ms);
CREATE INDEX account_reset_ticket ON account_reset (lower(trim(ticket))) WHERE ticket IS NOT NULL;
-- Of one person one request is open at a time.
CREATE UNIQUE INDEX account_reset_open ON account_reset (person) WHERE state IN ('requested', 'released');

CREATE TRIGGER account_reset_is_final BEFORE UPDATE OF id, person, visit, station, asked_by, reason, remark, ticket, asked, signature,
    released, state, asked_ms, released_by, released_ms, ended_by, ended_ms ON account_reset WHEN OLD.state NOT IN ('requested', 'released')
BEGIN SELECT RAISE (ABORT, 'a reset that ended is never changed'); END;

CREATE TRIGGER account_reset_ends_no_later BEFORE UPDATE OF until_ms ON account_reset
WHEN OLD.state NOT IN ('requested', 'released') AND NEW.until_ms > OLD.until_ms
BEGIN SELECT RAISE (ABORT, 'a reset that ended is never changed'); END;

CREATE TRIGGER account_reset_is_never_deleted BEFORE DELETE ON account_reset
BEGIN SELECT RAISE (ABORT, 'a reset is never deleted'); END;

-- Acts that somebody was asked to sign and did not sign yet.
CREATE TABLE act_asked (
    id         TEXT PRIMARY KEY,
    signer     TEXT NOT NULL REFERENCES operator (id),
    -- Who is signed in, and where.
    operator   TEXT NOT NULL REFERENCES operator (id),
    station    TEXT NOT NULL REFERENCES station (id),
    act        BLOB NOT NULL,
    state      TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX act_asked_expires ON act_asked (expires_ms);

-- The reset by which factors may be added in a visit.
ALTER TABLE visit ADD COLUMN reset TEXT REFERENCES account_reset (id);

-- A factor ends by it, too.
CREATE TABLE factor_end_anew (
    number      INTEGER PRIMARY KEY,
    person      TEXT NOT NULL REFERENCES person (id),
    sort        TEXT NOT NULL CHECK (sort IN ('key', 'app')),
    -- As the view had_factor names it.
    factor      TEXT NOT NULL,
    why         TEXT NOT NULL CHECK (why IN ('reset', 'deleted', 'withdrawn', 'removed', 'replaced', 'account-reset')),
    station     TEXT NOT NULL REFERENCES station (id),
    operator    TEXT NOT NULL REFERENCES operator (id),
    -- As the station told it.
    ended_ms    INTEGER NOT NULL,
    accepted_ms INTEGER NOT NULL
) STRICT;

INSERT INTO factor_end_anew SELECT number, person, sort, factor, why, station, operator, ended_ms, accepted_ms FROM factor_end;
DROP TABLE factor_end;
ALTER TABLE factor_end_anew RENAME TO factor_end;
CREATE INDEX factor_end_operator ON factor_end (operator, accepted_ms);
CREATE INDEX factor_end_factor ON factor_end (factor);

-- Whom the registry's administrator let release in a second agent's place, and until when.
CREATE TABLE deputy_releaser (
    number   INTEGER PRIMARY KEY,
    operator TEXT NOT NULL REFERENCES operator (id),
    reason   TEXT NOT NULL,
    named_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX deputy_releaser_operator ON deputy_releaser (operator, until_ms);

-- About whom resets may be asked for again although many were.
CREATE TABLE reset_allowed (
    number INTEGER PRIMARY KEY,
    person TEXT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    at_ms  INTEGER NOT NULL
) STRICT;
CREATE INDEX reset_allowed_person ON reset_allowed (person, at_ms);

-- The accounts of one human, also where a third one of theirs is what says so.
CREATE INDEX operator_number ON operator (personnel_number) WHERE personnel_number IS NOT NULL;
CREATE INDEX operator_human ON operator (person) WHERE person IS NOT NULL;
DROP VIEW account_of_human;
CREATE VIEW account_of_human (account, same) AS
WITH RECURSIVE linked (account, same) AS (
    SELECT id, id FROM operator
    UNION
    SELECT l.account, o.id FROM linked l JOIN operator me ON me.id = l.same
    JOIN operator o ON o.personnel_number = me.personnel_number OR o.person = me.person
)
SELECT account, same FROM linked;
