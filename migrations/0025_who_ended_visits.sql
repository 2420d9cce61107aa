-- Who ended another one's visit by opening one with the same person.
ALTER TABLE visit ADD COLUMN ended_by TEXT REFERENCES operator (id);
CREATE INDEX visit_ended_by ON visit (ended_by, ended_ms) WHERE ended_by IS NOT NULL;
