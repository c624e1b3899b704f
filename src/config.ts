/** The environment as one schema, parsed once and passed on; nothing else reads `process.env`. */
import { envSchema } from 'env-schema';
import { type Static, Type } from 'typebox';
import { builtInModels } from './classify/store.ts';
import { defaultCity } from './db/cities.ts';

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
  /** The key that seals the data keys of personal data: 32 bytes in base64; a file with them; or a command that prints them. */
  MASTER_KEY: Type.Optional(Type.String({ minLength: 1 })),
  MASTER_KEY_FILE: Type.Optional(Type.String({ minLength: 1 })),
  MASTER_KEY_COMMAND: Type.Optional(Type.String({ minLength: 1 })),
  /** In `production` some defaults of development are refused. */
  NODE_ENV: Type.Optional(Type.String()),
  /** How many callers one token may unmask in an hour. */
  UNMASK_LIMIT: Type.Integer({ default: 120, minimum: 1 }),
  LOG_LEVEL: Type.Union(
    [Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error'), Type.Literal('silent')],
    { default: 'info' },
  ),
});
export type Config = Static<typeof Config>;

/** Parses the environment; throws an error that names the variable at fault. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  return envSchema<Config>({ schema: Config, data: env, env: false, dotenv: false });
}
