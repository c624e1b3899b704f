CREATE TABLE "data_keys" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "data_keys_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"purpose" text NOT NULL,
	"wrapped" "bytea" NOT NULL,
	"master" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"usable_at" timestamp (3) with time zone NOT NULL,
	"retired_at" timestamp (3) with time zone,
	CONSTRAINT "data_keys_purpose" CHECK ("data_keys"."purpose" in ('cells', 'index'))
);
--> statement-breakpoint
CREATE TABLE "retention_rules" (
	"code" text PRIMARY KEY NOT NULL,
	"days" integer NOT NULL,
	"reason" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
DROP INDEX "callers_phone";--> statement-breakpoint
ALTER TABLE "callers" ADD COLUMN "name_sealed" "bytea";--> statement-breakpoint
ALTER TABLE "callers" ADD COLUMN "phone_sealed" "bytea";--> statement-breakpoint
ALTER TABLE "callers" ADD COLUMN "phone_index" "bytea";--> statement-breakpoint
ALTER TABLE "callers" ADD COLUMN "anonymised_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "callers_phone_index" ON "callers" USING btree ("phone_index","complaint_id");--> statement-breakpoint
CREATE INDEX "callers_plain" ON "callers" USING btree ("complaint_id") WHERE "callers"."name" is not null or "callers"."phone" is not null;