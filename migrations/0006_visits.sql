-- A visit says who came, how they were identified, and what they had of factors when it began: what may be added in it is decided
-- by that, never by what was added in it.

CREATE TABLE visit (
    id            TEXT PRIMARY KEY,
    person        TEXT NOT NULL REFERENCES person (id),
    station       TEXT NOT NULL REFERENCES station (id),
    operator      TEXT NOT NULL REFERENCES operator (id),
    -- Opened ahead, with a ticket: who came is told when it is used.
    is_ticket     INTEGER NOT NULL,
    document      TEXT,
    last_four     TEXT,
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
    CHECK ((document IS NULL) = (last_four IS NULL)),
    CHECK (is_ticket OR document IS NOT NULL),
    CHECK ((authority IS NULL OR authority = 'first') = (prover IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX visit_person ON visit (person, opened_ms);

-- Under which visit it was issued; and which key, app or token passed the test. That takes the place of proofs by themselves.
ALTER TABLE offer ADD COLUMN visit TEXT REFERENCES visit (id);
ALTER TABLE offer ADD COLUMN passed_by TEXT;
DROP TABLE proof;
ALTER TABLE app_offer ADD COLUMN visit TEXT REFERENCES visit (id);

-- In which visit a factor was added; made ahead, or overtaken: since when it waits for its owner, and when they took it.
ALTER TABLE credential ADD COLUMN visit TEXT REFERENCES visit (id);
ALTER TABLE credential ADD COLUMN waiting_ms INTEGER;
ALTER TABLE credential ADD COLUMN taken_ms INTEGER;
ALTER TABLE factor ADD COLUMN visit TEXT REFERENCES visit (id);
ALTER TABLE factor ADD COLUMN waiting_ms INTEGER;
ALTER TABLE factor ADD COLUMN taken_ms INTEGER;

-- A factor that was lost opens nothing from then on. Why: 'lost' can be lifted by its owner, 'stolen' and 'suspected' never.
ALTER TABLE credential ADD COLUMN suspended_ms INTEGER;
ALTER TABLE credential ADD COLUMN suspended_why TEXT CHECK (suspended_why IN ('lost', 'stolen', 'suspected'));
ALTER TABLE factor ADD COLUMN suspended_ms INTEGER;
ALTER TABLE factor ADD COLUMN suspended_why TEXT CHECK (suspended_why IN ('lost', 'stolen', 'suspected'));

-- Which human an operator's account is of, and who they are among the people of the registry.
ALTER TABLE operator ADD COLUMN personnel_number TEXT;
ALTER TABLE operator ADD COLUMN person TEXT REFERENCES person (id);

-- Everything that ever was a factor of somebody, in one shape. One that waits, and was not taken, never was one. Who made it is what
-- a station says; who asked for it did so in a session.
CREATE VIEW had_factor (person, sort, id, made_by, asked_by, visit, accepted_ms, suspended_ms, gone_ms) AS
SELECT person, 'key', hex(id), operator, (SELECT o.operator FROM offer o WHERE o.id = credential.offer), visit, coalesce(taken_ms, accepted_ms), suspended_ms, gone_ms FROM credential
WHERE waiting_ms IS NULL OR taken_ms IS NOT NULL
UNION ALL
SELECT person, 'app', id, operator, (SELECT o.operator FROM app_offer o WHERE o.id = factor.offer), visit, coalesce(taken_ms, accepted_ms), suspended_ms, removed_ms FROM factor
WHERE waiting_ms IS NULL OR taken_ms IS NOT NULL;

-- What opens something now.
CREATE VIEW valid_factor (person, sort, id, made_by, asked_by, visit, accepted_ms) AS
SELECT person, sort, id, made_by, asked_by, visit, accepted_ms FROM had_factor WHERE suspended_ms IS NULL AND gone_ms IS NULL;
