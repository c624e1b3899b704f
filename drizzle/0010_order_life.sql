CREATE TABLE "attachments" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "attachments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"complaint_id" bigint NOT NULL,
	"order_id" bigint,
	"sha256" text NOT NULL,
	"type" text NOT NULL,
	"size" integer NOT NULL,
	"name" text NOT NULL,
	"note" text,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"unit" text,
	"withdrawn_at" timestamp (3) with time zone,
	"withdrawn_by" text,
	"withdrawn_reason" text,
	CONSTRAINT "attachments_sha256" CHECK ("attachments"."sha256" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "attachments_size" CHECK ("attachments"."size" > 0),
	CONSTRAINT "attachments_unit" CHECK (("attachments"."order_id" is null) = ("attachments"."unit" is null)),
	CONSTRAINT "attachments_withdrawn" CHECK (num_nonnulls("attachments"."withdrawn_at", "attachments"."withdrawn_by", "attachments"."withdrawn_reason") in (0, 3))
);
--> statement-breakpoint
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
CREATE TABLE "past_divisions" (
	"code" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"parent" text,
	"aliases" text[] NOT NULL,
	"zone" boolean NOT NULL,
	"unit" text,
	"valid_from" date NOT NULL,
	"valid_to" date,
	CONSTRAINT "past_divisions_code_valid_from_pk" PRIMARY KEY("code","valid_from")
);
--> statement-breakpoint
CREATE TABLE "article_versions" (
	"article_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"status" text NOT NULL,
	"unit" text NOT NULL,
	"matter" text,
	"valid_from" date NOT NULL,
	"valid_to" date,
	"title" text NOT NULL,
	"questions" text[] NOT NULL,
	"text" text NOT NULL,
	"basis" text,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "article_versions_article_id_number_pk" PRIMARY KEY("article_id","number"),
	CONSTRAINT "article_versions_status" CHECK ("article_versions"."status" in ('published', 'withdrawn')),
	CONSTRAINT "article_versions_validity" CHECK ("article_versions"."valid_to" > "article_versions"."valid_from")
);
--> statement-breakpoint
CREATE TABLE "articles" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "articles_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"seed" text,
	"origin" text NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"unit" text NOT NULL,
	"matter" text,
	"valid_from" date NOT NULL,
	"valid_to" date,
	"search" "tsvector" NOT NULL,
	CONSTRAINT "articles_seed_unique" UNIQUE("seed"),
	CONSTRAINT "articles_status" CHECK ("articles"."status" in ('published', 'withdrawn')),
	CONSTRAINT "articles_validity" CHECK ("articles"."valid_to" > "articles"."valid_from")
);
--> statement-breakpoint
CREATE TABLE "citations" (
	"complaint_id" bigint NOT NULL,
	"article_id" bigint NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "citations_complaint_id_article_id_pk" PRIMARY KEY("complaint_id","article_id")
);
--> statement-breakpoint
CREATE TABLE "group_closings" (
	"alarm_id" bigint PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job_runs" (
	"name" text PRIMARY KEY NOT NULL,
	"mark" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"webhook_id" bigint NOT NULL,
	"event_id" bigint,
	"complaint_id" bigint,
	"snapshot" jsonb,
	"status" text NOT NULL,
	"attempts" smallint NOT NULL,
	"queued_at" timestamp (3) with time zone NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL,
	"delivered_at" timestamp (3) with time zone,
	"failure" text,
	CONSTRAINT "outbox_status_known" CHECK ("outbox"."status" in ('pending', 'delivered', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "webhook_attempts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhook_attempts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"outbox_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"status" smallint,
	"failure" text,
	"ms" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhooks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"token_id" bigint NOT NULL,
	"scope" text NOT NULL,
	"unit" text,
	"url" text NOT NULL,
	"description" text,
	"actions" text[],
	"secret" "bytea" NOT NULL,
	"former_secret" "bytea",
	"former_until" timestamp (3) with time zone,
	"active" boolean NOT NULL,
	"disabled_reason" text,
	"dead_in_row" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "webhooks_scope" CHECK ("webhooks"."scope" in ('all', 'unit', 'filed')),
	CONSTRAINT "webhooks_scope_unit" CHECK (("webhooks"."scope" = 'unit') = ("webhooks"."unit" is not null))
);
--> statement-breakpoint
ALTER TABLE "callbacks" DROP CONSTRAINT "callbacks_complaint_id_unique";--> statement-breakpoint
DROP INDEX "complaints_words";--> statement-breakpoint
ALTER TABLE "complaints" ALTER COLUMN "words" SET DATA TYPE tsvector USING array_to_tsvector("words");--> statement-breakpoint
CREATE INDEX "complaints_words" ON "complaints" USING gin ("words");--> statement-breakpoint
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
ALTER TABLE "catalog_changes" ADD COLUMN "divisions" jsonb;--> statement-breakpoint
ALTER TABLE "units" ADD COLUMN "origin" text DEFAULT 'seeds' NOT NULL;--> statement-breakpoint
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_unit_units_code_fk" FOREIGN KEY ("unit") REFERENCES "public"."units"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "past_divisions" ADD CONSTRAINT "past_divisions_code_divisions_code_fk" FOREIGN KEY ("code") REFERENCES "public"."divisions"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "article_versions" ADD CONSTRAINT "article_versions_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "public"."articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "article_versions" ADD CONSTRAINT "article_versions_unit_units_code_fk" FOREIGN KEY ("unit") REFERENCES "public"."units"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "article_versions" ADD CONSTRAINT "article_versions_matter_matters_code_fk" FOREIGN KEY ("matter") REFERENCES "public"."matters"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "articles" ADD CONSTRAINT "articles_unit_units_code_fk" FOREIGN KEY ("unit") REFERENCES "public"."units"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "articles" ADD CONSTRAINT "articles_matter_matters_code_fk" FOREIGN KEY ("matter") REFERENCES "public"."matters"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "citations" ADD CONSTRAINT "citations_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "citations" ADD CONSTRAINT "citations_version" FOREIGN KEY ("article_id","version") REFERENCES "public"."article_versions"("article_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_closings" ADD CONSTRAINT "group_closings_alarm_id_group_alarms_id_fk" FOREIGN KEY ("alarm_id") REFERENCES "public"."group_alarms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_attempts" ADD CONSTRAINT "webhook_attempts_outbox_id_outbox_id_fk" FOREIGN KEY ("outbox_id") REFERENCES "public"."outbox"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_token_id_tokens_id_fk" FOREIGN KEY ("token_id") REFERENCES "public"."tokens"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_unit_units_code_fk" FOREIGN KEY ("unit") REFERENCES "public"."units"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attachments_complaint" ON "attachments" USING btree ("complaint_id","id");--> statement-breakpoint
CREATE INDEX "articles_search" ON "articles" USING gin ("search");--> statement-breakpoint
CREATE INDEX "articles_unit" ON "articles" USING btree ("unit");--> statement-breakpoint
CREATE INDEX "articles_valid_to" ON "articles" USING btree ("valid_to","id") WHERE "articles"."status" = 'published';--> statement-breakpoint
CREATE INDEX "citations_article" ON "citations" USING btree ("article_id");--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("webhook_id","next_at","id") WHERE "outbox"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "outbox_in_order" ON "outbox" USING btree ("webhook_id","complaint_id","id") WHERE "outbox"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "outbox_webhook" ON "outbox" USING btree ("webhook_id","id");--> statement-breakpoint
CREATE INDEX "outbox_webhook_status" ON "outbox" USING btree ("webhook_id","status","id");--> statement-breakpoint
CREATE INDEX "outbox_status" ON "outbox" USING btree ("status","queued_at");--> statement-breakpoint
CREATE INDEX "webhook_attempts_outbox" ON "webhook_attempts" USING btree ("outbox_id","id");--> statement-breakpoint
CREATE INDEX "webhooks_unit" ON "webhooks" USING btree ("unit");--> statement-breakpoint
CREATE INDEX "webhooks_token" ON "webhooks" USING btree ("token_id");--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_parent_id_orders_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_community_divisions_code_fk" FOREIGN KEY ("community") REFERENCES "public"."divisions"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "callbacks_complaint_order" ON "callbacks" USING btree ("complaint_id","order_id");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_one_lead" ON "orders" USING btree ("complaint_id") WHERE "orders"."role" = 'lead' and "orders"."current";--> statement-breakpoint
CREATE INDEX "orders_requests" ON "orders" USING btree ("due_at","id") WHERE "orders"."request" is not null;--> statement-breakpoint
CREATE INDEX "orders_next_look" ON "orders" USING btree ("next_look") WHERE "orders"."next_look" is not null;--> statement-breakpoint
CREATE INDEX "orders_parent" ON "orders" USING btree ("parent_id") WHERE "orders"."parent_id" is not null;