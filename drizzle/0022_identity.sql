CREATE TABLE "login_attempts" (
	"login" "bytea" PRIMARY KEY NOT NULL,
	"count" smallint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"user_id" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "recovery_codes_user_id_hash_pk" PRIMARY KEY("user_id","hash")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sessions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"hash" "bytea" NOT NULL,
	"user_id" bigint NOT NULL,
	"way" text NOT NULL,
	"agent" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "sessions_hash_unique" UNIQUE("hash"),
	CONSTRAINT "sessions_way" CHECK ("sessions"."way" in ('password', 'oidc'))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" bigint PRIMARY KEY NOT NULL,
	"login" text NOT NULL,
	"password_hash" text NOT NULL,
	"password_at" timestamp (3) with time zone NOT NULL,
	"must_change" boolean NOT NULL,
	"subject" text,
	"totp_secret" "bytea",
	"totp_pending" "bytea",
	"totp_step" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "users_login_unique" UNIQUE("login"),
	CONSTRAINT "users_subject_unique" UNIQUE("subject"),
	CONSTRAINT "users_login" CHECK ("users"."login" ~ '^[a-z0-9][a-z0-9._-]{1,31}$')
);
--> statement-breakpoint
ALTER TABLE "tokens" ALTER COLUMN "hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "tokens" ALTER COLUMN "expires_at" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "former_hash" "bytea";--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "former_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "scopes" text[];--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "owner_id" bigint;--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "last_used_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_id_tokens_id_fk" FOREIGN KEY ("id") REFERENCES "public"."tokens"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "login_attempts_at" ON "login_attempts" USING btree ("at");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id","id");--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_owner_id_tokens_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."tokens"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tokens_owner" ON "tokens" USING btree ("owner_id") WHERE "tokens"."owner_id" is not null;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_former_hash_unique" UNIQUE("former_hash");--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_end" CHECK (("tokens"."hash" is null) = ("tokens"."expires_at" is null));--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_former" CHECK (("tokens"."former_hash" is null) = ("tokens"."former_until" is null));