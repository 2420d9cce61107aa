-- Credentials that are not to be used any more: deleted from their key, or given up before they counted. One that the registry
-- has not heard of is kept too, so that an attempt to enrol it that is still on its way is refused when it arrives.

CREATE TABLE withdrawal (
    credential   BLOB PRIMARY KEY,
    person       TEXT NOT NULL REFERENCES person (id),
    station      TEXT NOT NULL REFERENCES station (id),
    operator     TEXT NOT NULL REFERENCES operator (id),
    finished_by  TEXT REFERENCES operator (id),
    -- The offer of an enrolment that was given up; else who asked for the deletion, and why.
    undone       TEXT,
    reason       TEXT,
    ticket       TEXT,
    requested_by TEXT,
    document     TEXT,
    last_four    TEXT,
    withdrawn_ms INTEGER NOT NULL,
    accepted_ms  INTEGER NOT NULL
) STRICT;

-- What was on a key that was reset, and that the registry had not heard of.
CREATE TABLE reset_credential (
    credential BLOB PRIMARY KEY,
    key_reset  INTEGER NOT NULL REFERENCES key_reset (number)
) STRICT;
