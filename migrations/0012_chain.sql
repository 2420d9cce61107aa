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
