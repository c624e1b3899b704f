CREATE TABLE "corrections" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "corrections_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"complaint_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"source" text NOT NULL,
	"field" text NOT NULL,
	"said" text,
	"decided" text NOT NULL,
	"confidence" real,
	"accepted" boolean NOT NULL,
	"model" text NOT NULL,
	"catalog_version" integer NOT NULL,
	CONSTRAINT "corrections_source" CHECK ("corrections"."source" in ('filing', 'triage')),
	CONSTRAINT "corrections_field" CHECK ("corrections"."field" in ('matter', 'need', 'type', 'level', 'unit')),
	CONSTRAINT "corrections_differ" CHECK ("corrections"."said" is distinct from "corrections"."decided")
);
--> statement-breakpoint
ALTER TABLE "complaints" ADD COLUMN "said" jsonb;--> statement-breakpoint
ALTER TABLE "corrections" ADD CONSTRAINT "corrections_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "corrections_complaint" ON "corrections" USING btree ("complaint_id","field");--> statement-breakpoint
CREATE INDEX "corrections_at" ON "corrections" USING btree ("at");