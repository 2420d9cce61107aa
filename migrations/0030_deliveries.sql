-- Each time that the registry itself tells somebody something: of one notice, to one address, or to the webhook.
CREATE TABLE delivery (
    number   INTEGER PRIMARY KEY,
    -- By which a receiver tells that it came twice.
    id       TEXT NOT NULL UNIQUE,
    notice   INTEGER NOT NULL REFERENCES notice (number),
    way      TEXT NOT NULL CHECK (way IN ('mail', 'webhook')),
    -- Of a mail; none: whoever is to be told has none.
    address  TEXT,
    state    TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'undeliverable')),
    tries    INTEGER NOT NULL DEFAULT 0,
    made_ms  INTEGER NOT NULL,
    -- When it is tried next, unless it has ended by then.
    next_ms  INTEGER NOT NULL,
    ended_ms INTEGER,
    -- What the other side said last.
    answer   TEXT,
    CHECK ((state = 'waiting') = (ended_ms IS NULL))
) STRICT;

CREATE INDEX delivery_due ON delivery (way, next_ms) WHERE state = 'waiting';
CREATE INDEX delivery_notice ON delivery (notice);
CREATE INDEX delivery_ended ON delivery (ended_ms) WHERE ended_ms IS NOT NULL;

-- When it was found out where a notice goes.
ALTER TABLE notice ADD COLUMN addressed_ms INTEGER;
CREATE INDEX notice_unaddressed ON notice (number) WHERE addressed_ms IS NULL AND told_ms IS NULL;

-- By which somebody who was told of a reset objects to it. The token itself is in the mail only; this is its SHA-256.
CREATE TABLE objection (
    token  BLOB PRIMARY KEY,
    notice INTEGER NOT NULL REFERENCES notice (number),
    -- Who was told.
    person TEXT NOT NULL REFERENCES person (id),
    reset  TEXT NOT NULL REFERENCES account_reset (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX objection_reset ON objection (reset);
