-- An act in whose place its signer was asked another one is nobody's to sign, and counts for as long as it could have been signed: so many
-- are drawn up at one place within that time, and no more.
ALTER TABLE act_asked ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0 CHECK (replaced IN (0, 1));
