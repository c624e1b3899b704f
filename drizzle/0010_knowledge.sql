CREATE TABLE "article_versions" (
	"article_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"status" text NOT NULL,
	"unit" text NOT NULL,
	"matter" text,
	"valid_from" date NOT NULL,
	"valid_to" date,
	"title" text NOT NULL,
	"questions" text[] NOT NULL,
	"text" text NOT NULL,
	"basis" text,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "article_versions_article_id_number_pk" PRIMARY KEY("article_id","number"),
	CONSTRAINT "article_versions_status" CHECK ("article_versions"."status" in ('published', 'withdrawn')),
	CONSTRAINT "article_versions_validity" CHECK ("article_versions"."valid_to" > "article_versions"."valid_from")
);
--> statement-breakpoint
CREATE TABLE "articles" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "articles_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"seed" text,
	"origin" text NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"unit" text NOT NULL,
	"matter" text,
	"valid_from" date NOT NULL,
	"valid_to" date,
	"search" "tsvector" NOT NULL,
	CONSTRAINT "articles_seed_unique" UNIQUE("seed"),
	CONSTRAINT "articles_status" CHECK ("articles"."status" in ('published', 'withdrawn')),
	CONSTRAINT "articles_validity" CHECK ("articles"."valid_to" > "articles"."valid_from")
);
--> statement-breakpoint
CREATE TABLE "citations" (
	"complaint_id" bigint NOT NULL,
	"article_id" bigint NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "citations_complaint_id_article_id_pk" PRIMARY KEY("complaint_id","article_id")
);
--> statement-breakpoint
ALTER TABLE "article_versions" ADD CONSTRAINT "article_versions_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "public"."articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "article_versions" ADD CONSTRAINT "article_versions_unit_units_code_fk" FOREIGN KEY ("unit") REFERENCES "public"."units"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "article_versions" ADD CONSTRAINT "article_versions_matter_matters_code_fk" FOREIGN KEY ("matter") REFERENCES "public"."matters"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "articles" ADD CONSTRAINT "articles_unit_units_code_fk" FOREIGN KEY ("unit") REFERENCES "public"."units"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "articles" ADD CONSTRAINT "articles_matter_matters_code_fk" FOREIGN KEY ("matter") REFERENCES "public"."matters"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "citations" ADD CONSTRAINT "citations_complaint_id_complaints_id_fk" FOREIGN KEY ("complaint_id") REFERENCES "public"."complaints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "citations" ADD CONSTRAINT "citations_version" FOREIGN KEY ("article_id","version") REFERENCES "public"."article_versions"("article_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "articles_search" ON "articles" USING gin ("search");--> statement-breakpoint
CREATE INDEX "articles_unit" ON "articles" USING btree ("unit");--> statement-breakpoint
CREATE INDEX "articles_valid_to" ON "articles" USING btree ("valid_to","id") WHERE "articles"."status" = 'published';--> statement-breakpoint
CREATE INDEX "citations_article" ON "citations" USING btree ("article_id");