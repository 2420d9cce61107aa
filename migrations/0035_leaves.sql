-- That a credential may be taken from whoever it opens something for: what a station was told when it asked, by which visit, and when by the
-- registry's own clock. The report of that taking is judged by it, whenever it comes. One that what is proved no more had let is gone.
CREATE TABLE leave_to_take (
    credential BLOB NOT NULL REFERENCES credential (id),
    visit      TEXT NOT NULL REFERENCES visit (id),
    station    TEXT NOT NULL REFERENCES station (id),
    operator   TEXT NOT NULL REFERENCES operator (id),
    given_ms   INTEGER NOT NULL,
    PRIMARY KEY (credential, visit, station, operator)
) STRICT, WITHOUT ROWID;

CREATE INDEX leave_to_take_visit ON leave_to_take (visit);
