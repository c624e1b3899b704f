CREATE TABLE "callback_rules" (
	"code" text PRIMARY KEY NOT NULL,
	"level" text[] NOT NULL,
	"unit" text[] NOT NULL,
	"share" integer NOT NULL,
	"seed" text NOT NULL,
	"head_start_minutes" integer NOT NULL,
	"max_attempts" integer NOT NULL,
	"spacing_minutes" integer NOT NULL,
	"from_hour" integer NOT NULL,
	"to_hour" integer NOT NULL,
	"lease_minutes" integer NOT NULL,
	"later_hours" integer NOT NULL,
	"end_reasons" text[] NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
ALTER TABLE "callback_attempts" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "rule" text;--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "sampled" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "rank_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "next_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "claimed_by" text;--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "claimed_until" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "callbacks_rank" ON "callbacks" USING btree ("status","rank_at","id");--> statement-breakpoint
CREATE INDEX "callbacks_claimed" ON "callbacks" USING btree ("claimed_until") WHERE "callbacks"."claimed_by" is not null;--> statement-breakpoint
ALTER TABLE "callbacks" ADD CONSTRAINT "callbacks_status" CHECK ("callbacks"."status" in ('due', 'done', 'unreached', 'unsampled'));--> statement-breakpoint
ALTER TABLE "callbacks" ADD CONSTRAINT "callbacks_claim" CHECK (("callbacks"."claimed_by" is null) = ("callbacks"."claimed_until" is null));