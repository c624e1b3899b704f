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
ALTER TABLE "catalog_changes" ADD COLUMN "divisions" jsonb;--> statement-breakpoint
ALTER TABLE "units" ADD COLUMN "origin" text DEFAULT 'seeds' NOT NULL;--> statement-breakpoint
ALTER TABLE "past_divisions" ADD CONSTRAINT "past_divisions_code_divisions_code_fk" FOREIGN KEY ("code") REFERENCES "public"."divisions"("code") ON DELETE no action ON UPDATE no action;