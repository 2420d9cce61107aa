-- The register of stock: which items there are, where each lies, and all that was ever done with them. What an item is by that stands in
-- `stock_item`, made of its events; people are in both by their identifiers alone.
CREATE TABLE stock_event (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    accepted_ms INTEGER NOT NULL,
    -- From where it came; none: said at the registry.
    station     TEXT REFERENCES station (id),
    item        TEXT,
    body        TEXT NOT NULL
) STRICT;

CREATE INDEX stock_event_item ON stock_event (item, number) WHERE item IS NOT NULL;

CREATE TRIGGER stock_event_is_never_changed BEFORE UPDATE ON stock_event
BEGIN SELECT RAISE (ABORT, 'what was done with the stock is never changed'); END;

CREATE TRIGGER stock_event_is_never_deleted BEFORE DELETE ON stock_event
BEGIN SELECT RAISE (ABORT, 'what was done with the stock is never deleted'); END;

CREATE TABLE stock_place (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stock_delivery (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stock_item (
    id       TEXT PRIMARY KEY,
    version  INTEGER NOT NULL CHECK (version > 0),
    -- Where it lies, or is on its way from; none: with a person, or gone.
    lies_at  TEXT REFERENCES stock_place (id),
    delivery TEXT REFERENCES stock_delivery (id),
    body     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX stock_item_lies_at ON stock_item (lies_at) WHERE lies_at IS NOT NULL;
CREATE INDEX stock_item_delivery ON stock_item (delivery) WHERE delivery IS NOT NULL;

-- Whatever tells an item or a place from others: each name is one's for ever, also a tag that another one took the place of.
CREATE TABLE stock_name (
    name  TEXT PRIMARY KEY,
    -- As people say it, to be looked up.
    said  TEXT NOT NULL,
    item  TEXT REFERENCES stock_item (id),
    place TEXT REFERENCES stock_place (id),
    CHECK ((item IS NULL) <> (place IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX stock_name_said ON stock_name (said);

CREATE TRIGGER stock_name_is_never_changed BEFORE UPDATE ON stock_name
BEGIN SELECT RAISE (ABORT, 'a name of the stock is one''s for ever'); END;

CREATE TRIGGER stock_name_is_never_deleted BEFORE DELETE ON stock_name
BEGIN SELECT RAISE (ABORT, 'a name of the stock is one''s for ever'); END;

-- Numbers of which a station makes tags. Each block begins where the last one ends.
CREATE TABLE stock_block (
    first   INTEGER PRIMARY KEY CHECK (first >= 0),
    count   INTEGER NOT NULL CHECK (count > 0),
    station TEXT NOT NULL REFERENCES station (id)
) STRICT;

CREATE INDEX stock_block_station ON stock_block (station);
