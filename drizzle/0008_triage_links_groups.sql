CREATE TABLE "complaint_links" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "complaint_links_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"kind" text NOT NULL,
	"from_id" bigint NOT NULL,
	"to_id" bigint NOT NULL,
	"reason" text,
	CONSTRAINT "complaint_links_action" CHECK ("complaint_links"."action" in ('linked', 'unlinked')),
	CONSTRAINT "complaint_links_kind" CHECK ("complaint_links"."kind" in ('repeat', 'group', 'merge')),
	CONSTRAINT "complaint_links_differ" CHECK ("complaint_links"."from_id" <> "complaint_links"."to_id")
);
--> statement-breakpoint
CREATE TABLE "group_alarms" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "group_alarms_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"rule" text NOT NULL,
	"matter" text NOT NULL,
	"place" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"raised_at" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "group_members" (
	"alarm_id" bigint NOT NULL,
	"complaint_id" bigint NOT NULL,
	CONSTRAINT "group_members_alarm_id_complaint_id_pk" PRIMARY KEY("alarm_id","complaint_id")
);
--> statement-breakpoint
CREATE TABLE "alarm_rules" (
	"code" text PRIMARY KEY NOT NULL,
	"matter" text NOT NULL,
	"scope" text NOT NULL,
	"count" integer NOT NULL,
	"callers" integer NOT NULL,
	"hours" integer NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
--> statement-breakpoint
ALTER TABLE "judgement_rules" ADD COLUMN "similar_days" integer DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE "complaint_links" ADD CONSTRAINT "complaint_links_from_id_complaints_id_fk" FOREIGN KEY ("from_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "complaint_links" ADD CONSTRAINT "complaint_links_to_id_complaints_id_fk" FOREIGN KEY ("to_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_alarms" ADD CONSTRAINT "group_alarms_rule_alarm_rules_code_fk" FOREIGN KEY ("rule") REFERENCES "public"."alarm_rules"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_alarms" ADD CONSTRAINT "group_alarms_matter_matters_code_fk" FOREIGN KEY ("matter") REFERENCES "public"."matters"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_alarms" ADD CONSTRAINT "group_alarms_place_divisions_code_fk" FOREIGN KEY ("place") REFERENCES "public"."divisions"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_members" ADD CONSTRAINT "group_members_alarm_id_group_alarms_id_fk" FOREIGN KEY ("alarm_id") REFERENCES "public"."group_alarms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_members" ADD CONSTRAINT "group_members_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "complaint_links_from" ON "complaint_links" USING btree ("from_id","to_id","kind","id");--> statement-breakpoint
CREATE INDEX "complaint_links_to" ON "complaint_links" USING btree ("to_id","kind");--> statement-breakpoint
CREATE INDEX "group_alarms_place" ON "group_alarms" USING btree ("place","matter","until");--> statement-breakpoint
CREATE INDEX "group_alarms_raised_at" ON "group_alarms" USING btree ("raised_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "group_members_complaint" ON "group_members" USING btree ("complaint_id");--> statement-breakpoint
CREATE INDEX "complaints_triage" ON "complaints" USING btree ("level","received_at","id") WHERE "complaints"."status" = 'triage';--> statement-breakpoint
CREATE INDEX "complaints_district_matter" ON "complaints" USING btree ("district","matter","received_at");