-- Whose examination a code was. None: a wrong one that was also tried on the person's other factors, or one of before.
ALTER TABLE code_attempt ADD COLUMN operator TEXT;
CREATE INDEX code_attempt_operator ON code_attempt (operator, at_ms) WHERE wrong;

-- The accounts of one human, as far as they say whose they are: an account, and each that is the same human's.
CREATE VIEW account_of_human (account, same) AS
SELECT me.id, o.id FROM operator me JOIN operator o
ON o.id = me.id OR o.personnel_number = me.personnel_number OR o.person = me.person;
