-- The audit is a chain: each row carries a hash over itself and over the one before it. Rows that are there get theirs when this step
-- is taken, in the same transaction (src/server/tables/audit.rs); from then on there is none without.
ALTER TABLE audit ADD COLUMN hash BLOB NOT NULL DEFAULT x'';

DROP TRIGGER audit_no_update;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
WHEN OLD.hash <> x'' OR length(NEW.hash) <> 32 OR NEW.number <> OLD.number OR NEW.at_ms <> OLD.at_ms
    OR NEW.station IS NOT OLD.station OR NEW.operator IS NOT OLD.operator OR NEW.action <> OLD.action
    OR NEW.subject <> OLD.subject OR NEW.detail <> OLD.detail
BEGIN SELECT RAISE (ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_chained BEFORE INSERT ON audit WHEN length(NEW.hash) <> 32
BEGIN SELECT RAISE (ABORT, 'each row of the audit carries its hash'); END;

-- Since when an operator's account is as it is: made, said whose it is, given another code or key, or revoked. Of those that are there
-- what the audit has of it, else now.
ALTER TABLE operator ADD COLUMN changed_ms INTEGER NOT NULL DEFAULT 0;
UPDATE operator SET changed_ms = coalesce(
    (SELECT max(at_ms) FROM audit WHERE subject = operator.id
     AND action IN ('operator-code', 'operator-human', 'new-operator-key', 'enrol-operator', 'revoke-operator')),
    unixepoch() * 1000);

-- Operators are told too, of operators' accounts.
DROP INDEX notice_untold;
ALTER TABLE notice RENAME TO notice_before;
CREATE TABLE notice (
    number         INTEGER PRIMARY KEY,
    -- Who is to be told.
    person         TEXT REFERENCES person (id),
    operator       TEXT REFERENCES operator (id),
    kind           TEXT NOT NULL,
    -- Whom it is about, and what, as JSON.
    about          TEXT REFERENCES person (id),
    about_operator TEXT REFERENCES operator (id),
    facts          TEXT NOT NULL,
    at_ms          INTEGER NOT NULL,
    told_ms        INTEGER,
    CHECK ((person IS NULL) <> (operator IS NULL)),
    CHECK ((about IS NULL) <> (about_operator IS NULL))
) STRICT;
INSERT INTO notice (number, person, kind, about, facts, at_ms, told_ms)
SELECT number, person, kind, about, facts, at_ms, told_ms FROM notice_before;
DROP TABLE notice_before;
CREATE INDEX notice_untold ON notice (number) WHERE told_ms IS NULL;
