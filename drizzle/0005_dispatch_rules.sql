CREATE TABLE "catalog_changes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "catalog_changes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"version" integer NOT NULL,
	"valid_from" date NOT NULL,
	"reason" text NOT NULL,
	"rules" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "duty_guard" (
	"matter" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
CREATE TABLE "local_units" (
	"word" text NOT NULL,
	"division" text NOT NULL,
	"unit" text NOT NULL,
	"reason" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date,
	CONSTRAINT "local_units_word_division_valid_from_pk" PRIMARY KEY("word","division","valid_from")
);
--> statement-breakpoint
CREATE TABLE "routes" (
	"code" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"matter" text NOT NULL,
	"words" text[] NOT NULL,
	"target" text NOT NULL,
	"alone" boolean NOT NULL,
	"reason" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
ALTER TABLE "dispatch_rules" ADD COLUMN "origin" text DEFAULT 'seeds' NOT NULL;--> statement-breakpoint
ALTER TABLE "catalog_changes" ADD CONSTRAINT "catalog_changes_version_catalog_versions_version_fk" FOREIGN KEY ("version") REFERENCES "public"."catalog_versions"("version") ON DELETE no action ON UPDATE no action;