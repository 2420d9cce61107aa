-- Wrong codes in a row, over whatever time: of a secret, or of a person's factors together. A right one takes the row away. What was
-- examined before is counted as far as it is known, and one more try is left in any case.
CREATE TABLE wrong_run (
    subject TEXT PRIMARY KEY,
    wrong   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO wrong_run (subject, wrong)
SELECT subject, min(count(*), 99) FROM code_attempt a
WHERE wrong AND NOT EXISTS (SELECT 1 FROM code_attempt r WHERE r.subject = a.subject AND NOT r.wrong AND r.number > a.number)
GROUP BY subject;

-- The drift of the last code that was right. It is followed once the next one confirms it.
ALTER TABLE totp_secret ADD COLUMN drift_seen INTEGER;

-- Offers that hold and were not used are counted whenever another one is issued; those of which nothing came are forgotten.
CREATE INDEX offer_open ON offer (station, operator, expires_ms) WHERE used_ms IS NULL;
CREATE INDEX lift_offer_open ON lift_offer (station, operator, expires_ms) WHERE used_ms IS NULL;
CREATE INDEX offer_forgettable ON offer (expires_ms) WHERE used_ms IS NULL OR kind = 'test';
CREATE INDEX app_offer_forgettable ON app_offer (expires_ms) WHERE used_ms IS NULL;
CREATE INDEX idempotency_at ON idempotency (at_ms);
