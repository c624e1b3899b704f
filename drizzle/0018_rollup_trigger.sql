-- Whatever changes what a complaint counts as is an event: the complaint is counted again, soon and together with others.
CREATE FUNCTION note_rollup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO rollup_pending (complaint_id) SELECT DISTINCT complaint_id FROM added;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER events_note_rollup AFTER INSERT ON events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_rollup();
--> statement-breakpoint
-- Emptied and filled all day long: cleaned before it grows.
ALTER TABLE rollup_pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
--> statement-breakpoint
-- Room on each page for the next version of a row that is counted up.
ALTER TABLE rollup_cells SET (fillfactor = 70);
