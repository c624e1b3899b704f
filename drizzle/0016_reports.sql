CREATE TABLE "population" (
	"code" text NOT NULL,
	"residents" integer NOT NULL,
	"year" integer NOT NULL,
	"source" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date,
	CONSTRAINT "population_code_valid_from_pk" PRIMARY KEY("code","valid_from")
);
--> statement-breakpoint
CREATE INDEX "events_watched" ON "events" USING btree ("at") WHERE "events"."action" in ('remind', 'supervise', 'escalate', 'overdue');--> statement-breakpoint
CREATE INDEX "orders_dispatched_at" ON "orders" USING btree ("dispatched_at");