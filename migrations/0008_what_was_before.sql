-- How many factors somebody had elsewhere before they were imported: nothing is known of those but that they were there, so that
-- their owner is nobody who never had one.
ALTER TABLE person RENAME COLUMN apps TO earlier_factors;

-- Who had a hand in a factor: who enrolled it, as a station says; who asked for it, in a session; and who took a token's secret into
-- stock, which they may have kept. In one place, also for what waits.
DROP VIEW valid_factor;
DROP VIEW had_factor;

CREATE VIEW factor_maker (person, id, operator) AS
SELECT person, hex(id), operator FROM credential
UNION
SELECT c.person, hex(c.id), o.operator FROM credential c JOIN offer o ON o.id = c.offer
UNION
SELECT person, id, operator FROM factor
UNION
SELECT f.person, f.id, o.operator FROM factor f JOIN app_offer o ON o.id = f.offer
UNION
SELECT f.person, f.id, t.operator FROM factor f JOIN token t ON t.serial = f.serial;

CREATE VIEW had_factor (person, sort, id, visit, accepted_ms, suspended_ms, gone_ms) AS
SELECT person, 'key', hex(id), visit, coalesce(taken_ms, accepted_ms), suspended_ms, gone_ms FROM credential
WHERE waiting_ms IS NULL OR taken_ms IS NOT NULL
UNION ALL
SELECT person, 'app', id, visit, coalesce(taken_ms, accepted_ms), suspended_ms, removed_ms FROM factor
WHERE waiting_ms IS NULL OR taken_ms IS NOT NULL;

CREATE VIEW valid_factor (person, sort, id, visit, accepted_ms) AS
SELECT person, sort, id, visit, accepted_ms FROM had_factor WHERE suspended_ms IS NULL AND gone_ms IS NULL;
