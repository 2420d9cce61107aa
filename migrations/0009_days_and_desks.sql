-- A ticket's visit is for one day: what comes of it is taken from its beginning until the line can be expected back after its end.
ALTER TABLE visit ADD COLUMN from_ms INTEGER;
ALTER TABLE visit ADD COLUMN until_ms INTEGER;
-- Of one that was opened before, nothing is known but when.
UPDATE visit SET from_ms = opened_ms, until_ms = opened_ms + 86400000 WHERE is_ticket;

-- Every operator whose visit it was: whoever passes one on stays somebody who served in it.
CREATE TABLE visit_operator (
    visit    TEXT NOT NULL REFERENCES visit (id),
    operator TEXT NOT NULL REFERENCES operator (id),
    PRIMARY KEY (visit, operator)
) STRICT, WITHOUT ROWID;

INSERT INTO visit_operator (visit, operator) SELECT id, operator FROM visit;

CREATE INDEX visit_open ON visit (operator) WHERE ended_ms IS NULL AND NOT is_ticket;
