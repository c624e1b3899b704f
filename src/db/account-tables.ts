/** How people sign in: their accounts, recovery codes, sessions, and failed attempts. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core';
import { bytea, identity, instant, reference } from './column-types.ts';
import { tokens } from './tables.ts';

/** 用户: what a person signs in with. Role, unit, name and whether he still may stand in `tokens` under the same id. */
export const users = pgTable(
  'users',
  {
    id: reference('id')
      .primaryKey()
      .references(() => tokens.id),
    /** Lower case. */
    login: text('login').notNull().unique(),
    /** PHC string of argon2id. */
    passwordHash: text('password_hash').notNull(),
    passwordAt: instant('password_at').notNull(),
    /** The password was made by somebody else. */
    mustChange: boolean('must_change').notNull(),
    /** Who he is to the city's identity provider (OpenID Connect `sub`). */
    subject: text('subject').unique(),
    /** Sealed; `pending` until a code has shown that it was taken over. */
    totpSecret: bytea('totp_secret'),
    totpPending: bytea('totp_pending'),
    /** The time step of the last code taken: none is taken twice. */
    totpStep: bigint('totp_step', { mode: 'number' }).notNull().default(0),
  },
  (table) => [check('users_login', sql`${table.login} ~ '^[a-z0-9][a-z0-9._-]{1,31}$'`)],
);

/** One-time codes in place of a second factor that was lost: only their SHA-256. A used one is deleted. */
export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    userId: reference('user_id')
      .notNull()
      .references(() => users.id),
    hash: bytea('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.hash] })],
);

/** 登录会话: of the secret in the cookie only the SHA-256 is kept. */
export const sessions = pgTable(
  'sessions',
  {
    id: identity('id'),
    hash: bytea('hash').notNull().unique(),
    userId: reference('user_id')
      .notNull()
      .references(() => users.id),
    way: text('way').$type<'password' | 'oidc'>().notNull(),
    /** The browser as it calls itself, cut. */
    agent: text('agent'),
    createdAt: instant('created_at').notNull(),
    /** Last request, to the minute. */
    seenAt: instant('seen_at').notNull(),
    /** However busy. */
    endsAt: instant('ends_at').notNull(),
    /** Logged out, or ended by another. */
    endedAt: instant('ended_at'),
  },
  (table) => [
    index('sessions_user').on(table.userId, table.id),
    check('sessions_way', sql`${table.way} in ('password', 'oidc')`),
  ],
);

/**
 * Attempts at a login name since the last success, whether or not there is such an account. By the SHA-256 of the name: people type
 * their passwords into the wrong field.
 */
export const loginAttempts = pgTable(
  'login_attempts',
  {
    login: bytea('login').primaryKey(),
    count: smallint('count').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [index('login_attempts_at').on(table.at)],
);
