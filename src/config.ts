/** The environment as one schema, parsed once and passed on; nothing else reads `process.env`. */
import { envSchema } from 'env-schema';
import { type Static, Type } from 'typebox';
import { isRole } from './access/roles.ts';
import { defaultTotpRoles, type SignInRules } from './access/sign-in.ts';
import { builtInModels } from './classify/store.ts';
import { defaultCity } from './db/cities.ts';
import type { Limits, Patience } from './http/edges.ts';
import type { SsoSettings } from './sso/flow.ts';

const Config = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ default: 8345, minimum: 0, maximum: 65_535 }),
  /** A PostgreSQL of 15 or later; without it the embedded one under DATA_DIR is used. */
  DATABASE_URL: Type.Optional(Type.String({ minLength: 1 })),
  /** Connections; two at least: migrating holds a lock on one while it works on another. */
  DATABASE_POOL: Type.Integer({ default: 16, minimum: 2, maximum: 200 }),
  /** The city whose reference data serve: `beijing`, or a folder in seeds/cities. */
  CITY: Type.String({ default: defaultCity, pattern: '^[a-z][a-z0-9-]{0,31}$' }),
  DATA_DIR: Type.String({ default: '.data', minLength: 1 }),
  /** Where the models of the text judgement stand. */
  MODEL_DIR: Type.String({ default: builtInModels, minLength: 1 }),
  /** Where uploaded files are kept: a folder, or `s3://bucket/prefix`; without it, `attachments` under DATA_DIR. */
  ATTACHMENTS: Type.Optional(Type.String({ minLength: 1 })),
  /** Address of an S3-compatible service; `{bucket}` in it where the bucket is part of the host. */
  S3_ENDPOINT: Type.Optional(Type.String({ pattern: '^https?://[^/]' })),
  S3_REGION: Type.String({ default: 'us-east-1', minLength: 1 }),
  S3_ACCESS_KEY_ID: Type.Optional(Type.String({ minLength: 1 })),
  S3_SECRET_ACCESS_KEY: Type.Optional(Type.String({ minLength: 1 })),
  /** Where webhooks may go besides https on the open network: `host:port` and address ranges, separated by commas. */
  WEBHOOK_ALLOW: Type.String({ default: '' }),
  /** Proxies before the service, whose word on a client's address is taken: addresses and ranges, separated by commas. */
  TRUST_PROXY: Type.Optional(Type.String({ minLength: 1 })),
  /** Requests a minute to the public page, by address and by complaint. */
  PUBLIC_LIMIT_ADDRESS: Type.Integer({ default: 60, minimum: 1 }),
  PUBLIC_LIMIT_NUMBER: Type.Integer({ default: 20, minimum: 1 }),
  /** Requests a minute of one token or user, and of one address before it is known who asks; 0 for any number. */
  RATE_LIMIT_CALLER: Type.Integer({ default: 1200, minimum: 0 }),
  RATE_LIMIT_ADDRESS: Type.Integer({ default: 12_000, minimum: 0 }),
  /** Beyond which delay of the event loop (in milliseconds) and share of the heap requests are turned away; 0 for never. */
  SHED_DELAY_MS: Type.Integer({ default: 1000, minimum: 0 }),
  SHED_HEAP_PERCENT: Type.Integer({ default: 90, minimum: 0, maximum: 100 }),
  /** How long a client may take for the head of a request, for all of it, and without a byte in either direction. */
  HEADERS_TIMEOUT_SECONDS: Type.Integer({ default: 20, minimum: 1, maximum: 300 }),
  REQUEST_TIMEOUT_SECONDS: Type.Integer({ default: 300, minimum: 1, maximum: 86_400 }),
  IDLE_TIMEOUT_SECONDS: Type.Integer({ default: 120, minimum: 20, maximum: 86_400 }),
  /** After which a statement is broken off in the database; 0 for never. */
  STATEMENT_TIMEOUT_SECONDS: Type.Integer({ default: 300, minimum: 0, maximum: 86_400 }),
  /** `production` refuses what is only for development. */
  NODE_ENV: Type.Optional(Type.String()),
  /** For developing over plain HTTP: the cookie of a session is named `jiesu` and goes without TLS too. */
  COOKIE_INSECURE: Type.Boolean({ default: false }),
  /** A session ends after so long without a request, and in any case so long after its begin. */
  SESSION_IDLE_MINUTES: Type.Integer({ default: 30, minimum: 1, maximum: 1440 }),
  SESSION_HOURS: Type.Integer({ default: 12, minimum: 1, maximum: 720 }),
  /** Roles that need a second factor, separated by commas; empty for none. */
  TOTP_ROLES: Type.String({ default: defaultTotpRoles.join(), pattern: '^([a-z]+(,[a-z]+)*)?$' }),
  /** Attempts to sign in a minute from one address. */
  LOGIN_LIMIT_ADDRESS: Type.Integer({ default: 60, minimum: 1 }),
  /** The city's identity provider (OpenID Connect): all four, or none. HTTPS, but on this machine. */
  OIDC_ISSUER: Type.Optional(Type.String({ pattern: '^(https://|http://(127\\.0\\.0\\.1|localhost)[:/])' })),
  OIDC_CLIENT_ID: Type.Optional(Type.String({ minLength: 1 })),
  OIDC_CLIENT_SECRET: Type.Optional(Type.String({ minLength: 1 })),
  /** Our address as browsers see it, with /api/v1/auth/oidc/callback. */
  OIDC_REDIRECT: Type.Optional(Type.String({ pattern: '^https?://' })),
  /** The key that seals the data keys of personal data: 32 bytes in base64; a file with them; or a command that prints them. */
  MASTER_KEY: Type.Optional(Type.String({ minLength: 1 })),
  MASTER_KEY_FILE: Type.Optional(Type.String({ minLength: 1 })),
  MASTER_KEY_COMMAND: Type.Optional(Type.String({ minLength: 1 })),
  /** How many callers one token may unmask in an hour. */
  UNMASK_LIMIT: Type.Integer({ default: 120, minimum: 1 }),
  LOG_LEVEL: Type.Union(
    [Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error'), Type.Literal('silent')],
    { default: 'info' },
  ),
});
export type Config = Static<typeof Config>;

/** The environment says what cannot be; the message is for the operator. */
export class ConfigError extends Error {}

/** Parses the environment; throws an error that names the variable at fault. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const config = envSchema<Config>({ schema: Config, data: env, env: false, dotenv: false });
  if (config.NODE_ENV === 'production' && config.COOKIE_INSECURE)
    throw new ConfigError('COOKIE_INSECURE 只用于开发：NODE_ENV=production 时不得设置');
  if (config.HEADERS_TIMEOUT_SECONDS > config.REQUEST_TIMEOUT_SECONDS)
    throw new ConfigError('HEADERS_TIMEOUT_SECONDS 不得大于 REQUEST_TIMEOUT_SECONDS');
  const unknown = config.TOTP_ROLES.split(',').find((role) => role !== '' && !isRole(role));
  if (unknown !== undefined) throw new ConfigError(`TOTP_ROLES 中没有角色 ${unknown}`);
  return config;
}

/** What the environment says about load and slow clients. */
export function edgesOf(config: Config): { limits: Partial<Limits>; patience: Partial<Patience> } {
  return {
    limits: {
      caller: config.RATE_LIMIT_CALLER,
      address: config.RATE_LIMIT_ADDRESS,
      delayMs: config.SHED_DELAY_MS,
      heapPercent: config.SHED_HEAP_PERCENT,
    },
    patience: {
      headersMs: config.HEADERS_TIMEOUT_SECONDS * 1000,
      requestMs: config.REQUEST_TIMEOUT_SECONDS * 1000,
      idleMs: config.IDLE_TIMEOUT_SECONDS * 1000,
    },
  };
}

/** The city's identity provider, where one is set up. Throws where only a part is said. */
export function ssoSettings(config: Config): SsoSettings | undefined {
  const {
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: clientSecret,
    OIDC_REDIRECT: redirect,
  } = config;
  if (issuer !== undefined && clientId !== undefined && clientSecret !== undefined && redirect !== undefined)
    return { issuer, clientId, clientSecret, redirect };
  if ([issuer, clientId, clientSecret, redirect].some((one) => one !== undefined))
    throw new ConfigError('OIDC_ISSUER、OIDC_CLIENT_ID、OIDC_CLIENT_SECRET、OIDC_REDIRECT 须一起设置');
  return undefined;
}

/** What the environment says about signing in. */
export function signInRules(config: Config): SignInRules {
  const { COOKIE_INSECURE, SESSION_IDLE_MINUTES, SESSION_HOURS, TOTP_ROLES } = config;
  return {
    secureCookies: !COOKIE_INSECURE,
    idleMs: SESSION_IDLE_MINUTES * 60_000,
    absoluteMs: SESSION_HOURS * 3_600_000,
    totpRoles: TOTP_ROLES.split(',').filter(isRole),
  };
}
