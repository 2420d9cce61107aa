-- More of the same kind at the same station within the hour, which have no row of their own; when the last of them came.
ALTER TABLE alarm ADD COLUMN more INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alarm ADD COLUMN last_ms INTEGER;
CREATE INDEX alarm_lately ON alarm (kind, at_ms);
