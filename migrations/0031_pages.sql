-- Sessions of the registry's pages: who signed in, and with which factor. What opened one and ends, ends it.
CREATE TABLE page_session (
    -- Of the cookie's token: that itself is with the browser only.
    hash      BLOB PRIMARY KEY,
    person    TEXT REFERENCES person (id),
    operator  TEXT REFERENCES operator (id),
    sort      TEXT NOT NULL CHECK (sort IN ('key', 'app')),
    -- As the view had_factor names it; an operator's own key likewise.
    factor    TEXT NOT NULL,
    opened_ms INTEGER NOT NULL,
    seen_ms   INTEGER NOT NULL,
    CHECK ((person IS NULL) <> (operator IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX page_session_factor ON page_session (factor);

CREATE TRIGGER page_session_ends_with_key AFTER UPDATE OF suspended_ms, gone_ms ON credential
WHEN NEW.suspended_ms IS NOT NULL OR NEW.gone_ms IS NOT NULL
BEGIN DELETE FROM page_session WHERE factor = hex(NEW.id); END;

CREATE TRIGGER page_session_ends_with_app AFTER UPDATE OF suspended_ms, removed_ms ON factor
WHEN NEW.suspended_ms IS NOT NULL OR NEW.removed_ms IS NOT NULL
BEGIN DELETE FROM page_session WHERE factor = NEW.id; END;

-- Wrong codes in a row that were typed on a page, by whose address they were typed with, whoever has it or nobody.
CREATE TABLE page_wrong_run (
    -- The SHA-256 of the e-mail address.
    subject BLOB PRIMARY KEY,
    -- Who has it. What is counted of nobody is forgotten.
    person  TEXT REFERENCES person (id),
    wrong   INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX page_wrong_run_last ON page_wrong_run (last_ms) WHERE person IS NULL;
