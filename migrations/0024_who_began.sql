-- Who began what another one ended, where that was so: they had a hand in it, too. With a ticket nothing else tells who it was.
ALTER TABLE credential ADD COLUMN begun_by TEXT REFERENCES operator (id);
ALTER TABLE factor ADD COLUMN begun_by TEXT REFERENCES operator (id);

DROP VIEW factor_maker;

-- Who had a hand in a factor: who enrolled it and who began that, as a station says; who asked for it, in a session; and who took a
-- token's secret into stock, which they may have kept. In one place, also for what waits.
CREATE VIEW factor_maker (person, id, operator) AS
SELECT person, hex(id), operator FROM credential
UNION
SELECT person, hex(id), begun_by FROM credential WHERE begun_by IS NOT NULL
UNION
SELECT c.person, hex(c.id), o.operator FROM credential c JOIN offer o ON o.id = c.offer
UNION
SELECT person, id, operator FROM factor
UNION
SELECT person, id, begun_by FROM factor WHERE begun_by IS NOT NULL
UNION
SELECT f.person, f.id, o.operator FROM factor f JOIN app_offer o ON o.id = f.offer
UNION
SELECT f.person, f.id, t.operator FROM factor f JOIN token t ON t.serial = f.serial;
