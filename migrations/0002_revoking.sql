-- Revoked stations, operators and operators' keys stay: what they did before names them.

ALTER TABLE station ADD COLUMN revoked_ms INTEGER;
ALTER TABLE operator ADD COLUMN revoked_ms INTEGER;
ALTER TABLE operator_credential ADD COLUMN revoked_ms INTEGER;
