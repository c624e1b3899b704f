CREATE SEQUENCE "public"."complaint_numbers" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "callback_attempts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "callback_attempts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"callback_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"way" text NOT NULL,
	"reached" boolean NOT NULL,
	"valid" boolean NOT NULL,
	"contacted" boolean,
	"resolved" boolean,
	"satisfaction" text,
	"note" text
);
--> statement-breakpoint
CREATE TABLE "callbacks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "callbacks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"complaint_id" bigint NOT NULL,
	"order_id" bigint NOT NULL,
	"status" text NOT NULL,
	"replied_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"attempts" smallint NOT NULL,
	"answered_at" timestamp (3) with time zone,
	"contacted" boolean,
	"resolved" boolean,
	"satisfaction" text,
	CONSTRAINT "callbacks_complaint_id_unique" UNIQUE("complaint_id")
);
--> statement-breakpoint
CREATE TABLE "callers" (
	"complaint_id" bigint PRIMARY KEY NOT NULL,
	"name" text,
	"phone" text,
	"kind" text NOT NULL,
	"secret" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "complaints" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "complaints_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"number" text NOT NULL,
	"public_code" text NOT NULL,
	"source" text NOT NULL,
	"external_number" text,
	"body_hash" "bytea" NOT NULL,
	"filed_by" bigint,
	"channel" text NOT NULL,
	"status" text NOT NULL,
	"title" text,
	"text" text NOT NULL,
	"address" text,
	"occurred_at" timestamp (3) with time zone,
	"received_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"wants_callback" boolean NOT NULL,
	"answer" text,
	"type" text NOT NULL,
	"need" text NOT NULL,
	"matter" text,
	"level" text NOT NULL,
	"district" text,
	"street" text,
	"community" text,
	"judgement" jsonb NOT NULL,
	"similar" jsonb NOT NULL,
	"catalog_version" integer NOT NULL,
	"words" text[] NOT NULL,
	CONSTRAINT "complaints_number_unique" UNIQUE("number"),
	CONSTRAINT "complaints_text_not_blank" CHECK (length(btrim("complaints"."text")) > 0)
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"complaint_id" bigint NOT NULL,
	"order_id" bigint,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"from_status" text,
	"to_status" text,
	"data" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"token_id" bigint NOT NULL,
	"key" text NOT NULL,
	"body_hash" "bytea" NOT NULL,
	"complaint_id" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_token_id_key_pk" PRIMARY KEY("token_id","key")
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "orders_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"complaint_id" bigint NOT NULL,
	"unit" text NOT NULL,
	"role" text NOT NULL,
	"level" text NOT NULL,
	"status" text NOT NULL,
	"reason" text NOT NULL,
	"dispatched_at" timestamp (3) with time zone NOT NULL,
	"sign_due_at" timestamp (3) with time zone NOT NULL,
	"contact_due_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"signed_at" timestamp (3) with time zone,
	"contacted_at" timestamp (3) with time zone,
	"replied_at" timestamp (3) with time zone,
	"closed_at" timestamp (3) with time zone,
	"result" text,
	"reply" text,
	"basis" text,
	"changed" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tokens_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"hash" "bytea" NOT NULL,
	"role" text NOT NULL,
	"unit" text,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "areas" (
	"name" text PRIMARY KEY NOT NULL,
	"streets" text[] NOT NULL,
	"note" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "assessment_rules" (
	"version" text PRIMARY KEY NOT NULL,
	"weight_response" integer NOT NULL,
	"weight_resolution" integer NOT NULL,
	"weight_satisfaction" integer NOT NULL,
	"score_satisfied" integer NOT NULL,
	"score_basic" integer NOT NULL,
	"score_dissatisfied" integer NOT NULL,
	"target_resolution" integer NOT NULL,
	"cycle_day" integer NOT NULL,
	"small_below" integer NOT NULL,
	"callback_due_hours" integer NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "calendar_days" (
	"date" date PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog_versions" (
	"version" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "catalog_versions_version_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"hash" text NOT NULL,
	"source" text NOT NULL,
	"loaded_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "city_words" (
	"word" text PRIMARY KEY NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "dispatch_rules" (
	"code" text PRIMARY KEY NOT NULL,
	"priority" integer NOT NULL,
	"matter" text NOT NULL,
	"place" text NOT NULL,
	"type" text[] NOT NULL,
	"caller" text[] NOT NULL,
	"level" text[] NOT NULL,
	"lead" text NOT NULL,
	"co" text[] NOT NULL,
	"reason" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "divisions" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"parent" text,
	"aliases" text[] NOT NULL,
	"zone" boolean NOT NULL,
	"unit" text,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "judgement_rules" (
	"version" text PRIMARY KEY NOT NULL,
	"accept_need" integer NOT NULL,
	"accept_matter" integer NOT NULL,
	"accept_place" integer NOT NULL,
	"default_level" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "levels" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"dispatch_minutes" integer NOT NULL,
	"sign_minutes" integer NOT NULL,
	"contact_minutes" integer NOT NULL,
	"reply_amount" integer NOT NULL,
	"reply_unit" text NOT NULL,
	"time_base" text NOT NULL,
	"objection_minutes" integer NOT NULL,
	"description" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "lexicon" (
	"word" text NOT NULL,
	"kind" text NOT NULL,
	"code" text NOT NULL,
	"weight" double precision NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date,
	CONSTRAINT "lexicon_word_kind_code_pk" PRIMARY KEY("word","kind","code")
);
--> statement-breakpoint
CREATE TABLE "matters" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"parent" text,
	"need" text,
	"level" text,
	"lead" text,
	"types" text[] NOT NULL,
	"words" text[] NOT NULL,
	"description" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "needs" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"category" text NOT NULL,
	"sort" integer NOT NULL,
	"description" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "request_types" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "units" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"parent" text,
	"division" text,
	"aliases" text[] NOT NULL,
	"duty" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
ALTER TABLE "callback_attempts" ADD CONSTRAINT "callback_attempts_callback_id_callbacks_id_fk" FOREIGN KEY ("callback_id") REFERENCES "public"."callbacks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "callbacks" ADD CONSTRAINT "callbacks_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "callbacks" ADD CONSTRAINT "callbacks_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "callers" ADD CONSTRAINT "callers_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "complaints" ADD CONSTRAINT "complaints_filed_by_tokens_id_fk" FOREIGN KEY ("filed_by") REFERENCES "public"."tokens"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "complaints" ADD CONSTRAINT "complaints_type_request_types_code_fk" FOREIGN KEY ("type") REFERENCES "public"."request_types"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "complaints" ADD CONSTRAINT "complaints_need_needs_code_fk" FOREIGN KEY ("need") REFERENCES "public"."needs"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "complaints" ADD CONSTRAINT "complaints_matter_matters_code_fk" FOREIGN KEY ("matter") REFERENCES "public"."matters"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "complaints" ADD CONSTRAINT "complaints_level_levels_code_fk" FOREIGN KEY ("level") REFERENCES "public"."levels"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "complaints" ADD CONSTRAINT "complaints_district_divisions_code_fk" FOREIGN KEY ("district") REFERENCES "public"."divisions"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "complaints" ADD CONSTRAINT "complaints_street_divisions_code_fk" FOREIGN KEY ("street") REFERENCES "public"."divisions"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "complaints" ADD CONSTRAINT "complaints_community_divisions_code_fk" FOREIGN KEY ("community") REFERENCES "public"."divisions"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_token_id_tokens_id_fk" FOREIGN KEY ("token_id") REFERENCES "public"."tokens"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_unit_units_code_fk" FOREIGN KEY ("unit") REFERENCES "public"."units"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_level_levels_code_fk" FOREIGN KEY ("level") REFERENCES "public"."levels"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_unit_units_code_fk" FOREIGN KEY ("unit") REFERENCES "public"."units"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "callback_attempts_callback" ON "callback_attempts" USING btree ("callback_id","id");--> statement-breakpoint
CREATE INDEX "callbacks_due" ON "callbacks" USING btree ("status","due_at","id");--> statement-breakpoint
CREATE INDEX "callbacks_answered_at" ON "callbacks" USING btree ("answered_at");--> statement-breakpoint
CREATE INDEX "callers_phone" ON "callers" USING btree ("phone","complaint_id");--> statement-breakpoint
CREATE UNIQUE INDEX "complaints_source_external_number" ON "complaints" USING btree ("source","external_number");--> statement-breakpoint
CREATE INDEX "complaints_received_at" ON "complaints" USING btree ("received_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "complaints_closed_at" ON "complaints" USING btree ("closed_at");--> statement-breakpoint
CREATE INDEX "complaints_status" ON "complaints" USING btree ("status","received_at");--> statement-breakpoint
CREATE INDEX "complaints_place_matter" ON "complaints" USING btree ("street","matter","received_at");--> statement-breakpoint
CREATE INDEX "complaints_words" ON "complaints" USING gin ("words");--> statement-breakpoint
CREATE INDEX "events_complaint" ON "events" USING btree ("complaint_id","id");--> statement-breakpoint
CREATE INDEX "orders_complaint" ON "orders" USING btree ("complaint_id");--> statement-breakpoint
CREATE INDEX "orders_queue_due" ON "orders" USING btree ("unit","status","due_at","id");--> statement-breakpoint
CREATE INDEX "orders_queue_changed" ON "orders" USING btree ("unit","changed","id");--> statement-breakpoint
CREATE INDEX "orders_open_due" ON "orders" USING btree ("due_at") WHERE "orders"."replied_at" is null and "orders"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "orders_replied_at" ON "orders" USING btree ("replied_at");--> statement-breakpoint
CREATE INDEX "divisions_parent" ON "divisions" USING btree ("parent");