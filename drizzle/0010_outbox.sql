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
ALTER TABLE "webhook_attempts" ADD CONSTRAINT "webhook_attempts_outbox_id_outbox_id_fk" FOREIGN KEY ("outbox_id") REFERENCES "public"."outbox"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_token_id_tokens_id_fk" FOREIGN KEY ("token_id") REFERENCES "public"."tokens"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_unit_units_code_fk" FOREIGN KEY ("unit") REFERENCES "public"."units"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("webhook_id","next_at","id") WHERE "outbox"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "outbox_in_order" ON "outbox" USING btree ("webhook_id","complaint_id","id") WHERE "outbox"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "outbox_webhook" ON "outbox" USING btree ("webhook_id","id");--> statement-breakpoint
CREATE INDEX "outbox_webhook_status" ON "outbox" USING btree ("webhook_id","status","id");--> statement-breakpoint
CREATE INDEX "outbox_status" ON "outbox" USING btree ("status","queued_at");--> statement-breakpoint
CREATE INDEX "webhook_attempts_outbox" ON "webhook_attempts" USING btree ("outbox_id","id");--> statement-breakpoint
CREATE INDEX "webhooks_unit" ON "webhooks" USING btree ("unit");--> statement-breakpoint
CREATE INDEX "webhooks_token" ON "webhooks" USING btree ("token_id");