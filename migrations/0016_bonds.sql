-- Which key of the key file the key comes of that binds reports to a session; none where its station did not ask for one.
ALTER TABLE session ADD COLUMN report_key TEXT;

-- Since when a station binds its reports.
CREATE INDEX session_bonded ON session (station, opened_ms) WHERE report_key IS NOT NULL;
