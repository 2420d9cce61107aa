-- How a station's journal is held to go on from what it was: a station of this release says what stands where the registry had come to.
ALTER TABLE station ADD COLUMN continues INTEGER NOT NULL DEFAULT 0 CHECK (continues IN (0, 1));
-- Since when its journal is another one than it was. It is refused until the registry's administrator accepts it.
ALTER TABLE station ADD COLUMN forked_ms INTEGER;
