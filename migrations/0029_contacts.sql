-- Where people are reached, and since when: what a message goes to, what is called back, and in which language. The address in
-- `person` is here too. What another one took the place of, or none, is kept for a week: a message goes there as well.
CREATE TABLE contact (
    number   INTEGER PRIMARY KEY,
    person   TEXT NOT NULL REFERENCES person (id),
    sort     TEXT NOT NULL CHECK (sort IN ('email', 'second-email', 'phone', 'language')),
    value    TEXT NOT NULL COLLATE NOCASE,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER
) STRICT;

CREATE UNIQUE INDEX contact_now ON contact (person, sort) WHERE until_ms IS NULL;
CREATE INDEX contact_person ON contact (person, until_ms);
CREATE INDEX contact_until ON contact (until_ms) WHERE until_ms IS NOT NULL;

-- Nobody knows since when earlier releases had them.
INSERT INTO contact (person, sort, value, since_ms) SELECT id, 'email', email, 0 FROM person WHERE email IS NOT NULL;
