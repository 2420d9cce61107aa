-- When its owner last showed a factor at a desk to have its suspension lifted: an older report of a loss is answered by that.
ALTER TABLE suspension ADD COLUMN lifted_ms INTEGER;
