DROP INDEX "callbacks_answered_at";--> statement-breakpoint
CREATE INDEX "callback_attempts_answers" ON "callback_attempts" USING btree ("at") WHERE "callback_attempts"."valid";