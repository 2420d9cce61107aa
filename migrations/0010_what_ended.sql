-- Each factor that ceased to be one otherwise than by a suspension that ran out or was replaced: how, and by whose hand. It is counted.
CREATE TABLE factor_end (
    number      INTEGER PRIMARY KEY,
    person      TEXT NOT NULL REFERENCES person (id),
    sort        TEXT NOT NULL CHECK (sort IN ('key', 'app')),
    -- As the view had_factor names it.
    factor      TEXT NOT NULL,
    why         TEXT NOT NULL CHECK (why IN ('reset', 'deleted', 'withdrawn', 'removed', 'replaced')),
    station     TEXT NOT NULL REFERENCES station (id),
    operator    TEXT NOT NULL REFERENCES operator (id),
    -- As the station told it.
    ended_ms    INTEGER NOT NULL,
    accepted_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX factor_end_operator ON factor_end (operator, accepted_ms);
CREATE INDEX factor_end_factor ON factor_end (factor);
CREATE INDEX suspension_factor ON suspension (factor);
