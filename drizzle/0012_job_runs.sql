CREATE TABLE "job_runs" (
	"name" text PRIMARY KEY NOT NULL,
	"mark" text NOT NULL
);
