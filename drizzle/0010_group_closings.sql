CREATE TABLE "group_closings" (
	"alarm_id" bigint PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "group_closings" ADD CONSTRAINT "group_closings_alarm_id_group_alarms_id_fk" FOREIGN KEY ("alarm_id") REFERENCES "public"."group_alarms"("id") ON DELETE no action ON UPDATE no action;