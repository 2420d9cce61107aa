-- Somebody who is not at a desk is identified twice, in ways that differ in kind, for one reset of their account; and what is carried out
-- then is a dated exception.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE identification_kept AS SELECT * FROM identification;
DROP TABLE identification;

CREATE TABLE identification (
    id        TEXT PRIMARY KEY,
    person    TEXT NOT NULL REFERENCES person (id),
    -- The one case that it is for: a visit, the lifting of a suspension by its offer, or the reset of an account by the name under which it
    -- is asked for later.
    visit     TEXT UNIQUE REFERENCES visit (id),
    lift      TEXT UNIQUE,
    reset     TEXT,
    -- Of the last one: in which way.
    means     TEXT CHECK (means IN ('video', 'call-back')),
    operator  TEXT NOT NULL REFERENCES operator (id),
    station   TEXT NOT NULL REFERENCES station (id),
    method    TEXT NOT NULL,
    -- What the method was worth then.
    strength  TEXT NOT NULL CHECK (strength IN ('fair', 'strong', 'superior')),
    document  TEXT,
    last_four TEXT,
    -- The last digits of the number that was called.
    digits    TEXT,
    at_ms     INTEGER NOT NULL,
    CHECK ((visit IS NOT NULL) + (lift IS NOT NULL) + (reset IS NOT NULL) = 1),
    CHECK ((reset IS NULL) = (means IS NULL)),
    CHECK ((document IS NULL) = (last_four IS NULL)),
    CHECK ((digits IS NOT NULL) = (means IS 'call-back')),
    CHECK ((digits IS NULL) <> (document IS NULL)),
    -- In each way once.
    UNIQUE (reset, means)
) STRICT, WITHOUT ROWID;

INSERT INTO identification (id, person, visit, lift, operator, station, method, strength, document, last_four, at_ms)
SELECT id, person, visit, lift, operator, station, method, strength, document, last_four, at_ms FROM identification_kept;
DROP TABLE identification_kept;

CREATE INDEX identification_person ON identification (person, at_ms, id);

CREATE TRIGGER identification_is_never_changed BEFORE UPDATE ON identification
BEGIN SELECT RAISE (ABORT, 'an identification is never changed'); END;

CREATE TRIGGER identification_is_never_deleted BEFORE DELETE ON identification
BEGIN SELECT RAISE (ABORT, 'an identification is never deleted'); END;

-- The account is shut until a factor is enrolled at a desk, or taken that was made ahead, within this time.
CREATE TABLE reset_exception (
    -- By which it came about.
    reset    TEXT PRIMARY KEY REFERENCES account_reset (id),
    person   TEXT NOT NULL REFERENCES person (id),
    -- Who answers for it: the agent who asked.
    owner    TEXT NOT NULL REFERENCES operator (id),
    began_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    how      TEXT CHECK (how IN ('enrolled', 'accepted', 'expired')),
    -- The visit in which that came; none: on a page.
    visit    TEXT REFERENCES visit (id),
    CHECK ((ended_ms IS NULL) = (how IS NULL)),
    CHECK (visit IS NULL OR how IN ('enrolled', 'accepted'))
) STRICT, WITHOUT ROWID;

-- Of one person one is open at a time.
CREATE UNIQUE INDEX reset_exception_open ON reset_exception (person) WHERE ended_ms IS NULL;
CREATE INDEX reset_exception_person ON reset_exception (person, began_ms);

CREATE TRIGGER reset_exception_ends_once BEFORE UPDATE ON reset_exception
WHEN OLD.ended_ms IS NOT NULL OR NEW.reset <> OLD.reset OR NEW.person <> OLD.person OR NEW.owner <> OLD.owner
    OR NEW.began_ms <> OLD.began_ms OR NEW.until_ms <> OLD.until_ms
BEGIN SELECT RAISE (ABORT, 'an exception ends, and is not changed otherwise'); END;

CREATE TRIGGER reset_exception_is_never_deleted BEFORE DELETE ON reset_exception
BEGIN SELECT RAISE (ABORT, 'an exception is never deleted'); END;

-- Those that somebody has to see to: open ones, and those that ended by themselves and left an account shut.
CREATE VIEW pending_exception AS
SELECT * FROM reset_exception AS e WHERE ended_ms IS NULL
OR (how = 'expired' AND NOT EXISTS (SELECT 1 FROM valid_factor AS v WHERE v.person = e.person)
    AND NOT EXISTS (SELECT 1 FROM reset_exception AS later WHERE later.person = e.person AND later.began_ms > e.began_ms));
