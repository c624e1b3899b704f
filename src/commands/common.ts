/** What the commands share: opening the database, and failing with words instead of a stack. */

import { randomBytes } from 'node:crypto';
import type { SeedProblem } from '../catalog/files.ts';
import { ModelError } from '../classify/model-file.ts';
import type { Config } from '../config.ts';
import { ConfigError, readConfig } from '../config.ts';
import { CityError, cityFolder } from '../db/cities.ts';
import { type Connection, connect, RoleError } from '../db/connect.ts';
import { MigrationError, migrate } from '../db/migrate.ts';
import { SeedError, seedBuiltIn } from '../db/seed.ts';
import { GenerateError } from '../generate/service.ts';
import { AppError } from '../http/errors.ts';
import { readMaster } from '../keys/master.ts';
import { sealPlain } from '../keys/rotate.ts';
import { KeyError } from '../keys/sealing.ts';
import { openVault, type Vault } from '../keys/vault.ts';
import { ExampleError } from '../training/examples.ts';

/** A command cannot go on; the message is for the person who typed it. Exit code 1. */
export class CommandError extends Error {}

/** Runs `body` with a migrated and seeded database and closes it whatever happens. */
export async function withDatabase<T>(body: (connection: Connection, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const connection = await connect(config);
  try {
    await migrate(connection);
    await seedBuiltIn(connection.db, new Date(), config.CITY);
    return await body(connection, config);
  } finally {
    await connection.close();
  }
}

/** Opens the keys of the database and seals what is from before there were keys. */
export async function openKeys({ db }: Pick<Connection, 'db'>, config: Config): Promise<Vault> {
  const vault = await openVault(db, await readMaster(config), { clock: () => new Date(), random: randomBytes });
  const sealed = await sealPlain(db, vault, new Date());
  if (sealed > 0) say(`已加密 ${sealed} 件诉求的诉求人`);
  return vault;
}

/** The seed files a command works on: those of a folder it was given, else those of CITY. */
export function seedsFolder(dir: string | undefined): string {
  return dir ?? cityFolder(readConfig(process.env).CITY);
}

/** The lines to print for an error: what is known to a user as such, anything else with its stack. */
export function describe(error: unknown): string {
  if (error instanceof SeedError) {
    const placeOf = ({ file, line }: SeedProblem) => (line === 0 ? file : `${file}:${line}`);
    const lines = error.problems.slice(0, 50).map((problem) => `  ${placeOf(problem)} ${problem.message}`);
    const more = error.problems.length > 50 ? [`  …… 另有 ${error.problems.length - 50} 处`] : [];
    return [`${error.message}，未载入任何数据：`, ...lines, ...more].join('\n');
  }
  if (error instanceof AppError) {
    const fields = (error.extra.errors ?? []).map(({ path, message }) => `${path}：${message}`);
    return [error.message, ...fields].filter((part) => part !== '').join('；') || error.code;
  }
  const spoken = [
    CommandError,
    KeyError,
    ConfigError,
    CityError,
    GenerateError,
    MigrationError,
    ModelError,
    ExampleError,
    RoleError,
  ];
  if (error instanceof Error && spoken.some((kind) => error instanceof kind)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
