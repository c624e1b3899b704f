CREATE TABLE "escalation_rules" (
	"code" text PRIMARY KEY NOT NULL,
	"level" text[] NOT NULL,
	"clock" text NOT NULL,
	"after_minutes" integer NOT NULL,
	"act" text NOT NULL,
	"reason" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "handling_rules" (
	"version" text PRIMARY KEY NOT NULL,
	"return_limit" integer NOT NULL,
	"extension_limit" integer NOT NULL,
	"warn_left" integer NOT NULL,
	"reopen_rounds" integer NOT NULL,
	"report_minutes" integer NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
ALTER TABLE "callbacks" DROP CONSTRAINT "callbacks_complaint_id_unique";--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "reminded_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "round" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "current" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "before" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "returns" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "extensions" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "supervisions" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "request" jsonb;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "parked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "park_kind" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "review_on" date;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "parent_id" bigint;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "community" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "cell" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "arrived_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "took_part" boolean;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "marks" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "next_look" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_parent_id_orders_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_community_divisions_code_fk" FOREIGN KEY ("community") REFERENCES "public"."divisions"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "callbacks_complaint_order" ON "callbacks" USING btree ("complaint_id","order_id");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_one_lead" ON "orders" USING btree ("complaint_id") WHERE "orders"."role" = 'lead' and "orders"."current";--> statement-breakpoint
CREATE INDEX "orders_requests" ON "orders" USING btree ("due_at","id") WHERE "orders"."request" is not null;--> statement-breakpoint
CREATE INDEX "orders_next_look" ON "orders" USING btree ("next_look") WHERE "orders"."next_look" is not null;--> statement-breakpoint
CREATE INDEX "orders_parent" ON "orders" USING btree ("parent_id") WHERE "orders"."parent_id" is not null;