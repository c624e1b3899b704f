CREATE TABLE "rollup_calls" (
	"complaint_id" bigint PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"day" date NOT NULL,
	"caller" "bytea" NOT NULL,
	"before_at" timestamp (3) with time zone,
	"next_at" timestamp (3) with time zone,
	"unit" text,
	"kind" text,
	"district" text,
	"street" text,
	"matter" text,
	"need" text NOT NULL,
	"channel" text NOT NULL,
	"type" text NOT NULL,
	"level" text NOT NULL,
	"scope" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rollup_days" (
	"day" date PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rollup_hours" (
	"by" text NOT NULL,
	"day" date NOT NULL,
	"key" text NOT NULL,
	"scope" text NOT NULL,
	"hours" "bytea" NOT NULL,
	CONSTRAINT "rollup_hours_by_day_key_scope_pk" PRIMARY KEY("by","day","key","scope")
);
--> statement-breakpoint
DROP INDEX "rollup_lines_handled";--> statement-breakpoint
ALTER TABLE "rollup_cells" ADD COLUMN "has_phone" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_cells" ADD COLUMN "linked" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_cells" ADD COLUMN "grouped" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_lines" ADD COLUMN "has_phone" integer;--> statement-breakpoint
ALTER TABLE "rollup_lines" ADD COLUMN "linked" integer;--> statement-breakpoint
ALTER TABLE "rollup_lines" ADD COLUMN "grouped" integer;--> statement-breakpoint
CREATE INDEX "rollup_calls_at" ON "rollup_calls" USING btree ("at");--> statement-breakpoint
CREATE INDEX "rollup_calls_caller" ON "rollup_calls" USING btree ("caller");--> statement-breakpoint
CREATE INDEX "rollup_lines_replied" ON "rollup_lines" USING btree ("day") WHERE "rollup_lines"."source" = 'replied';--> statement-breakpoint
-- Rollups made by earlier versions lack the new figures: made anew at the first start.
DELETE FROM rollup_state;
--> statement-breakpoint
GRANT TRUNCATE ON rollup_calls, rollup_days, rollup_hours TO jiesu_service;
--> statement-breakpoint
-- Which complaints are of one caller is nothing for those who see a part.
REVOKE SELECT ON rollup_calls FROM jiesu_unit, jiesu_channel;
--> statement-breakpoint
-- Two changes that are not events of the complaint.
CREATE TRIGGER group_members_note_rollup AFTER INSERT ON group_members REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION note_rollup();
--> statement-breakpoint
CREATE FUNCTION note_caller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO rollup_pending (complaint_id) VALUES (NEW.complaint_id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER callers_note_rollup AFTER UPDATE ON callers
  FOR EACH ROW WHEN (OLD.phone_index IS DISTINCT FROM NEW.phone_index) EXECUTE FUNCTION note_caller();
