-- Each time that a factor was suspended, and by whom: it is counted. How the factor stands now is in its own row.
CREATE TABLE suspension (
    number       INTEGER PRIMARY KEY,
    person       TEXT NOT NULL REFERENCES person (id),
    sort         TEXT NOT NULL CHECK (sort IN ('key', 'app')),
    -- As the view had_factor names it.
    factor       TEXT NOT NULL,
    why          TEXT NOT NULL CHECK (why IN ('lost', 'stolen', 'suspected')),
    station      TEXT NOT NULL REFERENCES station (id),
    operator     TEXT NOT NULL REFERENCES operator (id),
    -- As the station told it.
    suspended_ms INTEGER NOT NULL,
    accepted_ms  INTEGER NOT NULL
) STRICT;

CREATE INDEX suspension_operator ON suspension (operator, suspended_ms);

-- Under which one factor's suspension may be lifted: what its key must sign, or a code of it. It is no test of anything else.
CREATE TABLE lift_offer (
    id              TEXT PRIMARY KEY,
    person          TEXT NOT NULL REFERENCES person (id),
    sort            TEXT NOT NULL CHECK (sort IN ('key', 'app')),
    factor          TEXT NOT NULL,
    station         TEXT NOT NULL REFERENCES station (id),
    operator        TEXT NOT NULL REFERENCES operator (id),
    assertion_state TEXT,
    issued_ms       INTEGER NOT NULL,
    expires_ms      INTEGER NOT NULL,
    used_ms         INTEGER,
    CHECK ((sort = 'key') = (assertion_state IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX lift_offer_expiry ON lift_offer (expires_ms);

-- What somebody has to be told of. Whoever delivers it marks it as told; nothing here is delivered by the registry itself.
CREATE TABLE notice (
    number  INTEGER PRIMARY KEY,
    person  TEXT NOT NULL REFERENCES person (id),
    kind    TEXT NOT NULL,
    -- Whom it is about, and what, as JSON.
    about   TEXT NOT NULL REFERENCES person (id),
    facts   TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    told_ms INTEGER
) STRICT;

CREATE INDEX notice_untold ON notice (number) WHERE told_ms IS NULL;

-- What is suspended is looked through every hour.
CREATE INDEX credential_suspended ON credential (suspended_ms) WHERE suspended_ms IS NOT NULL AND gone_ms IS NULL;
CREATE INDEX factor_suspended ON factor (suspended_ms) WHERE suspended_ms IS NOT NULL AND removed_ms IS NULL;

-- How each key, app and token stands, gone and waiting ones included, in one shape and by the names of the view had_factor.
CREATE VIEW factor_standing (person, sort, id, name, serial, gone_ms, suspended_ms, suspended_why, waiting_ms, taken_ms) AS
SELECT c.person, 'key', hex(c.id), k.model, k.serial, c.gone_ms, c.suspended_ms, c.suspended_why, c.waiting_ms, c.taken_ms
FROM credential c JOIN security_key k ON k.number = c.security_key
UNION ALL
SELECT person, 'app', id, name, serial, removed_ms, suspended_ms, suspended_why, waiting_ms, taken_ms FROM factor;
