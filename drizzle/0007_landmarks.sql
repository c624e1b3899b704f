CREATE TABLE "landmarks" (
	"name" text PRIMARY KEY NOT NULL,
	"aliases" text[] NOT NULL,
	"kind" text NOT NULL,
	"streets" text[] NOT NULL,
	"source" text NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date
);
