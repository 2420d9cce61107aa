-- That somebody has looked into an alarm, and what they found; the audit keeps it too. None is ever deleted.
ALTER TABLE alarm ADD COLUMN acknowledged_ms INTEGER;
ALTER TABLE alarm ADD COLUMN acknowledged_why TEXT CHECK ((acknowledged_why IS NULL) = (acknowledged_ms IS NULL));
