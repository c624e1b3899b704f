/** What features are built with: made once at start or by a test, and passed on as a parameter. */
import { randomBytes } from 'node:crypto';
import { defaultRules, defaultTotpRoles, type SignInRules } from './access/sign-in.ts';
import { shanghaiDate } from './catalog/calendar.ts';
import { buildCatalog, unchangedAround } from './catalog/catalog.ts';
import { loadCatalogRows, newestCatalog } from './catalog/store.ts';
import type { SeedData } from './catalog/types.ts';
import { createSegmenter, type Segmenter, userWords } from './classify/segment.ts';
import { builtInModels, checkModel, loadModel } from './classify/store.ts';
import type { Db } from './db/connect.ts';
import { type Signal, silentSignal } from './db/signal.ts';
import type { Files } from './files/files.ts';
import { folderFiles } from './files/folder.ts';
import { buildJudge, type Judge } from './intake/judge.ts';
import { readWordShares } from './intake/store.ts';
import { closedVault, type Vault } from './keys/vault.ts';
import { type Allow, parseAllow } from './outbox/guard.ts';
import type { WordShares } from './text/shares.ts';

export interface Context {
  db: Db;
  /** Raised after every write over HTTP; work outside a request that others wait for raises it itself. */
  signal: Signal;
  segmenter: Segmenter;
  /** How common words are in the stored complaints, as of the last refresh. */
  wordShares: () => WordShares;
  /** The judge, and with it the catalog, in force at an instant. */
  judgeAt: (now: Date) => Judge;
  /** All catalog rows in use, whatever their validity, and their version. */
  catalogRows: () => { version: number; data: SeedData };
  /** Looks for newly loaded seeds and takes them into use; counts words anew. */
  refresh: () => Promise<void>;
  /** Where webhooks may go besides the open network. */
  webhookAllow: Allow;
  /** The present instant. Nothing below reads the time itself. */
  clock: () => Date;
  /** Random bytes, for codes told to callers. */
  random: (bytes: number) => Buffer;
  /** Where uploaded files are kept. */
  files: Files;
  signIn: SignInRules;
  /** What personal data is sealed and opened with. */
  vault: Vault;
}

export interface ContextOptions {
  clock?: () => Date;
  /** The connection's; without one nothing is told to anybody. */
  signal?: Signal;
  random?: (bytes: number) => Buffer;
  /** Where uploaded files are kept; commands that take none need not say. */
  files?: Files;
  /** Folder of the models; the project's own where none is given. */
  models?: string;
  /** Closed for commands that have nothing to do with callers. */
  vault?: Vault;
  /** As in WEBHOOK_ALLOW. */
  webhookAllow?: string;
  signIn?: Partial<SignInRules>;
}

/** Loads the catalog and the dictionary. Throws where no seeds are loaded or none is in force today. */
export async function createContext(db: Db, options: ContextOptions = {}): Promise<Context> {
  const clock = options.clock ?? (() => new Date());
  const load = async () => ({ version: (await newestCatalog(db))?.version ?? 0, rows: await loadCatalogRows(db) });
  let { version, rows } = await load();
  let shares = await readWordShares(db);
  if (version === 0) throw new Error('还没有基础数据，请先运行 jiesu seed');
  const segmenter = createSegmenter(userWords(rows));
  const model = loadModel(options.models ?? builtInModels);
  checkModel(model, rows, segmenter.name);
  let judge: Judge | null = null;
  let valid: { since: string; until: string | null } = { since: '', until: null };

  const judgeAt = (now: Date): Judge => {
    const date = shanghaiDate(now);
    if (judge === null || date < valid.since || (valid.until !== null && date >= valid.until)) {
      judge = buildJudge(buildCatalog(rows, date, version), segmenter, model);
      valid = unchangedAround(rows, date);
    }
    return judge;
  };
  judgeAt(clock());

  return {
    db,
    signal: options.signal ?? silentSignal,
    segmenter,
    wordShares: () => shares,
    clock,
    random: options.random ?? randomBytes,
    signIn: { ...defaultRules, totpRoles: defaultTotpRoles, ...options.signIn },
    files: options.files ?? folderFiles('.data/attachments'),
    vault: options.vault ?? closedVault,
    webhookAllow: parseAllow(options.webhookAllow ?? ''),
    judgeAt,
    catalogRows: () => ({ version, data: rows }),
    async refresh() {
      shares = await readWordShares(db);
      if ((await newestCatalog(db))?.version === version) return;
      const loaded = await load();
      // Throws where the model is none for the new words: then the old ones stay in use.
      checkModel(model, loaded.rows, segmenter.name);
      ({ version, rows } = loaded);
      segmenter.learn(userWords(rows));
      judge = null;
    },
  };
}
