/** `openapi`: writes openapi.yaml from the routes, or checks that it is what they say. Needs no database. */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { stringify } from 'yaml';
import { defaultRules } from '../access/sign-in.ts';
import { build } from '../app.ts';
import { silentSignal } from '../db/signal.ts';
import { closedVault } from '../keys/vault.ts';
import { createLogger } from '../logger.ts';
import { parseAllow } from '../outbox/guard.ts';
import { CommandError, say } from './common.ts';

const file = fileURLToPath(new URL('../../openapi.yaml', import.meta.url));

/** The document as the routes give it. The database is never connected to: only the routes are read. */
export async function renderOpenApi(): Promise<string> {
  const idle = (): never => {
    throw new Error('the document is made from the routes alone');
  };
  const db = drizzle(postgres({ host: '127.0.0.1', max: 1 }));
  const nothing = {
    db,
    signal: silentSignal,
    judgeAt: idle,
    catalogRows: idle,
    wordShares: idle,
    refresh: idle,
    clock: idle,
    random: idle,
    signIn: { ...defaultRules, totpRoles: [] },
    vault: closedVault,
    files: { put: idle, open: idle, incoming: '' },
    webhookAllow: parseAllow(''),
    segmenter: { name: '', learn: idle, cut: idle, searchWords: idle, searchPlaces: idle },
  };
  const app = await build(nothing, createLogger({ LOG_LEVEL: 'silent' }));
  await app.ready();
  const text = stringify(app.swagger(), { lineWidth: 120, aliasDuplicateObjects: false });
  await app.close();
  return text;
}

export async function openapi({ write, check }: { write?: boolean; check?: boolean }): Promise<void> {
  const text = await renderOpenApi();
  if (write) {
    writeFileSync(file, text);
    say('openapi.yaml 已更新');
  } else if (check) {
    if (readFileSync(file, 'utf8') !== text)
      throw new CommandError('openapi.yaml 与路由不一致，请运行 jiesu openapi --write');
    say('openapi.yaml 与路由一致');
  } else {
    process.stdout.write(text);
  }
}
