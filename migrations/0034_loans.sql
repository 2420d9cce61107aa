-- Whoever forgot their key is lent one until a date. It opens their account until then, and is never a factor of their own: no view that
-- says what somebody has or had of those names it.
CREATE TABLE loan (
    -- In which visit, in which one key at most is lent.
    visit         TEXT PRIMARY KEY REFERENCES visit (id),
    person        TEXT NOT NULL REFERENCES person (id),
    days          INTEGER NOT NULL CHECK (days BETWEEN 1 AND 5),
    -- Who stood by it: a second member of staff, or an administrator of the person's organisation, by that key of theirs.
    member        TEXT REFERENCES operator (id),
    administrator TEXT REFERENCES person (id),
    signed_with   TEXT NOT NULL,
    act           TEXT NOT NULL REFERENCES act (id),
    agreed_ms     INTEGER NOT NULL,
    until_ms      INTEGER NOT NULL,
    -- What was lent.
    credential    BLOB UNIQUE REFERENCES credential (id),
    -- Its person was told that it ends soon and is all that they have.
    announced_ms  INTEGER,
    CHECK ((member IS NULL) <> (administrator IS NULL)),
    CHECK (until_ms > agreed_ms)
) STRICT, WITHOUT ROWID;

CREATE INDEX loan_person ON loan (person);

CREATE TRIGGER loan_of_a_key_is_never_changed BEFORE UPDATE OF visit, person, days, member, administrator, signed_with, act, agreed_ms,
    until_ms, credential ON loan WHEN OLD.credential IS NOT NULL
BEGIN SELECT RAISE (ABORT, 'what was lent is never changed'); END;

CREATE TRIGGER loan_of_a_key_is_never_deleted BEFORE DELETE ON loan WHEN OLD.credential IS NOT NULL
BEGIN SELECT RAISE (ABORT, 'what was lent is never deleted'); END;

-- What was offered to enrol a key that is lent. An offer is forgotten some day; then nothing comes of it.
CREATE TABLE loan_offer (
    offer TEXT PRIMARY KEY,
    loan  TEXT NOT NULL REFERENCES loan (visit)
) STRICT, WITHOUT ROWID;

DROP VIEW pending_exception;
DROP VIEW factor_standing;
DROP VIEW valid_factor;
DROP VIEW had_factor;

ALTER TABLE credential ADD COLUMN lent_until_ms INTEGER;
-- So that both are asked alike. Apps and tokens are not lent.
ALTER TABLE factor ADD COLUMN lent_until_ms INTEGER CHECK (lent_until_ms IS NULL);

-- A loan that is over is a reason of its own.
ALTER TABLE credential RENAME COLUMN suspended_why TO suspended_why_kept;
ALTER TABLE credential ADD COLUMN suspended_why TEXT CHECK (suspended_why IN ('lost', 'stolen', 'suspected', 'loan-over'));
UPDATE credential SET suspended_why = suspended_why_kept WHERE suspended_why_kept IS NOT NULL;
ALTER TABLE credential DROP COLUMN suspended_why_kept;

CREATE INDEX credential_lent ON credential (lent_until_ms) WHERE lent_until_ms IS NOT NULL AND suspended_ms IS NULL AND gone_ms IS NULL;

CREATE VIEW had_factor (person, sort, id, visit, accepted_ms, suspended_ms, gone_ms) AS
SELECT person, 'key', hex(id), visit, coalesce(taken_ms, accepted_ms), suspended_ms, gone_ms FROM credential
WHERE (waiting_ms IS NULL OR taken_ms IS NOT NULL) AND lent_until_ms IS NULL
UNION ALL
SELECT person, 'app', id, visit, coalesce(taken_ms, accepted_ms), suspended_ms, removed_ms FROM factor
WHERE waiting_ms IS NULL OR taken_ms IS NOT NULL;

CREATE VIEW valid_factor (person, sort, id, visit, accepted_ms) AS
SELECT person, sort, id, visit, accepted_ms FROM had_factor WHERE suspended_ms IS NULL AND gone_ms IS NULL;

CREATE VIEW factor_standing (person, sort, id, name, serial, gone_ms, suspended_ms, suspended_why, waiting_ms, taken_ms, lent_until_ms) AS
SELECT c.person, 'key', hex(c.id), k.model, k.serial, c.gone_ms, c.suspended_ms, c.suspended_why, c.waiting_ms, c.taken_ms, c.lent_until_ms
FROM credential c JOIN security_key k ON k.number = c.security_key
UNION ALL
SELECT person, 'app', id, name, serial, removed_ms, suspended_ms, suspended_why, waiting_ms, taken_ms, lent_until_ms FROM factor;

-- Those that somebody has to see to: open ones, and those that ended by themselves and left an account shut.
CREATE VIEW pending_exception AS
SELECT * FROM reset_exception AS e WHERE ended_ms IS NULL
OR (how = 'expired' AND NOT EXISTS (SELECT 1 FROM valid_factor AS v WHERE v.person = e.person)
    AND NOT EXISTS (SELECT 1 FROM reset_exception AS later WHERE later.person = e.person AND later.began_ms > e.began_ms));
