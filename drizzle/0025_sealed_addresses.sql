ALTER TABLE "callers" ALTER COLUMN "kind" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "callers" ADD COLUMN "address_sealed" "bytea";--> statement-breakpoint
CREATE INDEX "complaints_plain_address" ON "complaints" USING btree ("id") WHERE "complaints"."address" is not null;