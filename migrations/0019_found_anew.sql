-- Whoever is not found yet by what they are called now. Whatever changes that puts them here, and they are worked off a few at a time.
CREATE TABLE person_unindexed (
    number INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER person_made AFTER INSERT ON person
BEGIN INSERT OR IGNORE INTO person_unindexed (number) VALUES (NEW.number); END;

CREATE TRIGGER person_changed AFTER UPDATE OF name, email, employee_number, organisation ON person
BEGIN INSERT OR IGNORE INTO person_unindexed (number) VALUES (NEW.number); END;

CREATE TRIGGER organisation_changed AFTER UPDATE OF name, coc_number ON organisation
WHEN OLD.name IS NOT NEW.name OR OLD.coc_number IS NOT NEW.coc_number
BEGIN INSERT OR IGNORE INTO person_unindexed (number) SELECT number FROM person WHERE organisation = NEW.id; END;
