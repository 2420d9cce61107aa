-- An identification is a row of its own: who looked at whom, by which method, at what, when and where; for one case, and never
-- changed. Whatever rests on one names it.
CREATE TABLE identification (
    id        TEXT PRIMARY KEY,
    person    TEXT NOT NULL REFERENCES person (id),
    -- The one case that it is for: a visit, or the lifting of a suspension by its offer.
    visit     TEXT UNIQUE REFERENCES visit (id),
    lift      TEXT UNIQUE,
    operator  TEXT NOT NULL REFERENCES operator (id),
    station   TEXT NOT NULL REFERENCES station (id),
    method    TEXT NOT NULL,
    -- What the method was worth then.
    strength  TEXT NOT NULL CHECK (strength IN ('fair', 'strong', 'superior')),
    document  TEXT NOT NULL,
    last_four TEXT NOT NULL,
    at_ms     INTEGER NOT NULL,
    CHECK ((visit IS NULL) <> (lift IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX identification_person ON identification (person, at_ms, id);

-- Until now a visit carried its own. Of one that was passed on it is not known who of its operators looked: the last one is named, and
-- the audit has them all. Of a ticket's it is not known when.
INSERT INTO identification (id, person, visit, operator, station, method, strength, document, last_four, at_ms)
SELECT id, person, id, operator, station, 'document', 'strong', document, last_four, CASE WHEN is_ticket THEN last_act_ms ELSE opened_ms END
FROM visit WHERE document IS NOT NULL;

CREATE TRIGGER identification_is_never_changed BEFORE UPDATE ON identification
BEGIN SELECT RAISE (ABORT, 'an identification is never changed'); END;

CREATE TRIGGER identification_is_never_deleted BEFORE DELETE ON identification
BEGIN SELECT RAISE (ABORT, 'an identification is never deleted'); END;

-- The visit without it. What refers to one is checked when all is in place again.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE visit_before AS SELECT * FROM visit;
DROP TABLE visit;

CREATE TABLE visit (
    id            TEXT PRIMARY KEY,
    person        TEXT NOT NULL REFERENCES person (id),
    station       TEXT NOT NULL REFERENCES station (id),
    operator      TEXT NOT NULL REFERENCES operator (id),
    -- Opened ahead, with a ticket: who came is told when it is used.
    is_ticket     INTEGER NOT NULL,
    had           TEXT NOT NULL CHECK (had IN ('never', 'valid', 'lost')),
    -- By what factors may be added in it; none yet: it is to be proved.
    authority     TEXT CHECK (authority IN ('first', 'factor', 'administrator')),
    -- The key, app or token that proved it, whose it is, and when.
    proved_by     TEXT,
    prover        TEXT REFERENCES person (id),
    proved_ms     INTEGER,
    opened_ms     INTEGER NOT NULL,
    last_act_ms   INTEGER NOT NULL,
    ended_ms      INTEGER,
    -- Something of the person's factors changed outside it: what it brings from then on waits for its owner.
    overtaken_ms  INTEGER,
    -- A ticket's is for one day: what comes of it is taken from its beginning until the line can be expected back after its end.
    from_ms       INTEGER,
    until_ms      INTEGER,
    CHECK ((authority IS NULL OR authority = 'first') = (prover IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO visit (id, person, station, operator, is_ticket, had, authority, proved_by, prover, proved_ms, opened_ms, last_act_ms,
    ended_ms, overtaken_ms, from_ms, until_ms)
SELECT id, person, station, operator, is_ticket, had, authority, proved_by, prover, proved_ms, opened_ms, last_act_ms,
    ended_ms, overtaken_ms, from_ms, until_ms
FROM visit_before;
DROP TABLE visit_before;

CREATE INDEX visit_person ON visit (person, opened_ms);
CREATE INDEX visit_open ON visit (operator) WHERE ended_ms IS NULL AND NOT is_ticket;

-- A visit with how its person was identified; nothing: a ticket's, with which nobody has come yet.
CREATE VIEW identified_visit AS
SELECT v.*, i.document, i.last_four, i.method FROM visit v LEFT JOIN identification i ON i.visit = v.id;
