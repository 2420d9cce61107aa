-- An administrator of the person's organisation asks for the reset of an account, too: on a page, or for somebody for whom a desk has
-- prepared it. What was asked for may have to wait, and may be objected to.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE account_reset_kept AS SELECT * FROM account_reset;
DROP TABLE account_reset;

CREATE TABLE account_reset (
    id            TEXT PRIMARY KEY,
    person        TEXT NOT NULL REFERENCES person (id),
    -- In which visit, where the person was at a desk.
    visit         TEXT REFERENCES visit (id),
    -- None: on a page.
    station       TEXT REFERENCES station (id),
    -- The agent who asked, or whoever prepared it for an administrator.
    asked_by      TEXT REFERENCES operator (id),
    -- The administrator who asked.
    administrator TEXT REFERENCES person (id),
    -- By which factor of theirs, as the view had_factor names it.
    asked_with    TEXT,
    reason        TEXT NOT NULL,
    remark        TEXT NOT NULL,
    ticket        TEXT,
    -- The acts that were signed, and what the first one was signed with; nothing, where a code was typed.
    asked         TEXT REFERENCES act (id),
    signature     BLOB,
    released      TEXT REFERENCES act (id),
    state         TEXT NOT NULL CHECK (state IN
        ('prepared', 'requested', 'withdrawn', 'refused', 'expired', 'released', 'objected', 'carried-out')),
    asked_ms      INTEGER NOT NULL,
    -- It is not carried out before.
    ripe_ms       INTEGER,
    -- It expires then, unless it goes on.
    until_ms      INTEGER NOT NULL,
    released_by   TEXT REFERENCES operator (id),
    released_ms   INTEGER,
    ended_by      TEXT REFERENCES operator (id),
    -- Whoever of the people withdrew or objected.
    objector      TEXT REFERENCES person (id),
    ended_ms      INTEGER,
    CHECK (asked_by IS NOT NULL OR administrator IS NOT NULL),
    CHECK ((visit IS NULL) OR (station IS NOT NULL)),
    CHECK ((administrator IS NULL) = (asked_with IS NULL)),
    CHECK ((released IS NULL) = (released_by IS NULL) AND (released_by IS NULL) = (released_ms IS NULL)),
    CHECK (state NOT IN ('released', 'carried-out') OR released IS NOT NULL OR administrator IS NOT NULL),
    CHECK (state <> 'prepared' OR administrator IS NULL),
    CHECK (state <> 'requested' OR (asked IS NOT NULL AND signature IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO account_reset (id, person, visit, station, asked_by, reason, remark, ticket, asked, signature, released, state, asked_ms,
    until_ms, released_by, released_ms, ended_by, ended_ms)
SELECT id, person, visit, station, asked_by, reason, remark, ticket, asked, signature, released, state, asked_ms, until_ms, released_by,
    released_ms, ended_by, ended_ms FROM account_reset_kept;
DROP TABLE account_reset_kept;

CREATE INDEX account_reset_person ON account_reset (person, asked_ms);
CREATE INDEX account_reset_asked_by ON account_reset (asked_by, asked_ms);
CREATE INDEX account_reset_administrator ON account_reset (administrator, asked_ms) WHERE administrator IS NOT NULL;
CREATE INDEX account_reset_ticket ON account_reset (lower(trim(ticket))) WHERE ticket IS NOT NULL;
-- Of one person one request is open at a time.
CREATE UNIQUE INDEX account_reset_open ON account_reset (person) WHERE state IN ('prepared', 'requested', 'released');

CREATE TRIGGER account_reset_is_final BEFORE UPDATE OF id, person, visit, station, asked_by, administrator, asked_with, reason, remark,
    ticket, asked, signature, released, state, asked_ms, ripe_ms, released_by, released_ms, ended_by, objector, ended_ms
    ON account_reset WHEN OLD.state NOT IN ('prepared', 'requested', 'released')
BEGIN SELECT RAISE (ABORT, 'a reset that ended is never changed'); END;

CREATE TRIGGER account_reset_ends_no_later BEFORE UPDATE OF until_ms ON account_reset
WHEN OLD.state NOT IN ('prepared', 'requested', 'released') AND NEW.until_ms > OLD.until_ms
BEGIN SELECT RAISE (ABORT, 'a reset that ended is never changed'); END;

CREATE TRIGGER account_reset_is_never_deleted BEFORE DELETE ON account_reset
BEGIN SELECT RAISE (ABORT, 'a reset is never deleted'); END;

-- What somebody was asked to sign within the last five minutes: an operator at a station, or whoever signed in to the pages.
DROP TABLE act_asked;
CREATE TABLE act_asked (
    id         TEXT PRIMARY KEY,
    -- Who signs.
    signer     TEXT REFERENCES operator (id),
    person     TEXT REFERENCES person (id),
    -- Who is signed in, and where.
    operator   TEXT REFERENCES operator (id),
    station    TEXT REFERENCES station (id),
    -- The SHA-256 of what a session of the pages is known by.
    page       BLOB,
    act        BLOB NOT NULL,
    state      TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    CHECK ((signer IS NULL) <> (person IS NULL)),
    CHECK ((operator IS NULL) = (station IS NULL)),
    CHECK ((station IS NULL) <> (page IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX act_asked_expires ON act_asked (expires_ms);
