ALTER TABLE "judgement_rules" ADD COLUMN "split_marked" integer DEFAULT 6000 NOT NULL;--> statement-breakpoint
ALTER TABLE "judgement_rules" ADD COLUMN "split_unmarked" integer DEFAULT 8500 NOT NULL;--> statement-breakpoint
ALTER TABLE "levels" ADD COLUMN "alarm_from" integer;