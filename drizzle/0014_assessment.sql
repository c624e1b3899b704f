CREATE TABLE "exclusion_kinds" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scopes" text[] NOT NULL,
	"evidence" boolean NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "unit_classes" (
	"code" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"measure" text NOT NULL,
	"at_least" integer,
	"below" integer,
	"valid_from" date NOT NULL,
	"valid_to" date,
	CONSTRAINT "unit_classes_code_kind_measure_valid_from_pk" PRIMARY KEY("code","kind","measure","valid_from")
);
--> statement-breakpoint
CREATE TABLE "assessment_periods" (
	"code" text PRIMARY KEY NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone NOT NULL,
	"status" text NOT NULL,
	"rule" jsonb NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"started_by" text NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"closed_by" text,
	"cases" integer,
	"last_event" bigint
);
--> statement-breakpoint
CREATE TABLE "exclusion_steps" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "exclusion_steps_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"exclusion_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"person" text NOT NULL,
	"step" text NOT NULL,
	"approve" boolean,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "exclusions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "exclusions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"complaint_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"scope" text NOT NULL,
	"reason" text NOT NULL,
	"evidence" bigint,
	"unit" text,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"status" text NOT NULL,
	"standing" boolean NOT NULL,
	CONSTRAINT "exclusions_scope" CHECK ("exclusions"."scope" in ('none', 'response-only'))
);
--> statement-breakpoint
CREATE TABLE "period_amendments" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "period_amendments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"period" text NOT NULL,
	"complaint_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"exclusion_id" bigint,
	"before" jsonb NOT NULL,
	"after" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "period_cases" (
	"period" text NOT NULL,
	"complaint_id" bigint NOT NULL,
	"order_id" bigint NOT NULL,
	"unit" text,
	"kind" text,
	"parent" text,
	"first_unit" text,
	"district" text,
	"street" text,
	"matter" text,
	"need" text NOT NULL,
	"channel" text NOT NULL,
	"type" text NOT NULL,
	"level" text NOT NULL,
	"scope" text NOT NULL,
	"reason" text,
	"elsewhen" boolean NOT NULL,
	"received_at" timestamp (3) with time zone,
	"closed_at" timestamp (3) with time zone,
	"answered_at" timestamp (3) with time zone,
	"contacted" boolean,
	"resolved" boolean,
	"satisfaction" text,
	"replied_at" timestamp (3) with time zone,
	"on_time" boolean,
	CONSTRAINT "period_cases_period_complaint_id_order_id_pk" PRIMARY KEY("period","complaint_id","order_id")
);
--> statement-breakpoint
CREATE TABLE "period_figures" (
	"period" text NOT NULL,
	"basis" text NOT NULL,
	"by" text NOT NULL,
	"depth" smallint NOT NULL,
	"key" text NOT NULL,
	"counts" jsonb NOT NULL,
	CONSTRAINT "period_figures_period_basis_by_depth_key_pk" PRIMARY KEY("period","basis","by","depth","key")
);
--> statement-breakpoint
ALTER TABLE "assessment_rules" ADD COLUMN "cycle" text DEFAULT 'day' NOT NULL;--> statement-breakpoint
ALTER TABLE "assessment_rules" ADD COLUMN "cycle_time" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "assessment_rules" ADD COLUMN "ranked" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "exclusion_steps" ADD CONSTRAINT "exclusion_steps_exclusion_id_exclusions_id_fk" FOREIGN KEY ("exclusion_id") REFERENCES "public"."exclusions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exclusions" ADD CONSTRAINT "exclusions_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exclusions" ADD CONSTRAINT "exclusions_kind_exclusion_kinds_code_fk" FOREIGN KEY ("kind") REFERENCES "public"."exclusion_kinds"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exclusions" ADD CONSTRAINT "exclusions_evidence_attachments_id_fk" FOREIGN KEY ("evidence") REFERENCES "public"."attachments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "period_amendments" ADD CONSTRAINT "period_amendments_period_assessment_periods_code_fk" FOREIGN KEY ("period") REFERENCES "public"."assessment_periods"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "period_amendments" ADD CONSTRAINT "period_amendments_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "period_amendments" ADD CONSTRAINT "period_amendments_exclusion_id_exclusions_id_fk" FOREIGN KEY ("exclusion_id") REFERENCES "public"."exclusions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "period_cases" ADD CONSTRAINT "period_cases_period_assessment_periods_code_fk" FOREIGN KEY ("period") REFERENCES "public"."assessment_periods"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "period_figures" ADD CONSTRAINT "period_figures_period_assessment_periods_code_fk" FOREIGN KEY ("period") REFERENCES "public"."assessment_periods"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "exclusion_steps_exclusion" ON "exclusion_steps" USING btree ("exclusion_id","id");--> statement-breakpoint
CREATE INDEX "exclusions_standing" ON "exclusions" USING btree ("complaint_id") WHERE "exclusions"."standing";--> statement-breakpoint
CREATE INDEX "exclusions_at" ON "exclusions" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "exclusions_complaint" ON "exclusions" USING btree ("complaint_id","id");--> statement-breakpoint
CREATE INDEX "period_amendments_case" ON "period_amendments" USING btree ("period","complaint_id","id");--> statement-breakpoint
CREATE INDEX "period_cases_unit" ON "period_cases" USING btree ("period","unit");