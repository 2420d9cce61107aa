-- Who refused one standing beside whoever was signed in, by the word of that one; and whom one was last put to, to be released. A
-- request that is taken back after that is not as if nobody had asked.
ALTER TABLE account_reset ADD COLUMN refused_by TEXT REFERENCES operator (id);
ALTER TABLE account_reset ADD COLUMN put_to TEXT REFERENCES operator (id);

CREATE TRIGGER account_reset_refusal_is_final BEFORE UPDATE OF refused_by, put_to ON account_reset
WHEN OLD.state NOT IN ('prepared', 'requested', 'released')
BEGIN SELECT RAISE (ABORT, 'a reset that ended is never changed'); END;
