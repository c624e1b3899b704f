/** Importing a newer list of the city's divisions from a day on: all of it or nothing. */
import { readSheet, type SeedProblem } from '../catalog/files.ts';
import { columns } from '../catalog/sheet-columns.ts';
import type { DivisionsChange } from '../catalog/types.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import { AppError } from '../http/errors.ts';
import { isEmpty, type Plan, planDivisions } from './plan.ts';
import { countOpenOrders, insertImport, lockCatalog } from './store.ts';

export interface ImportRequest {
  /** Name and text of the file: a CSV with the columns of divisions.csv. */
  file: string;
  content: string;
  /** The first day of the list, `YYYY-MM-DD`. */
  from: string;
  actor: string;
  reason: string;
  dryRun: boolean;
}

export interface Imported {
  plan: Plan;
  change: DivisionsChange;
  /** Why nothing may be written; empty where all is well. */
  problems: SeedProblem[];
  /** The version it made; that in force where nothing was written. */
  version: number;
  /** Orders that closing units still have to handle. They stay where they are. */
  openOrders: number;
}

function figures(file: string, plan: Plan): DivisionsChange {
  const { listed, units, added, closed, renamed, moved, aliases, changed } = plan;
  return {
    city: plan.city ?? '',
    file,
    listed,
    added: added.length,
    closed: closed.length,
    renamed: renamed.length,
    moved: moved.length,
    aliases: aliases.length,
    changed: changed.length,
    unitsOpened: units.opened.length,
    unitsClosed: units.closed.length,
  };
}

/**
 * Plans the import and, where it is sound, not a dry run and says anything new, writes it in one transaction. Throws CONFLICT
 * when somebody changed the catalog meanwhile.
 */
export async function importDivisions(ctx: Context, request: ImportRequest, now: Date): Promise<Imported> {
  const { file, content, from, actor, reason, dryRun } = request;
  await ctx.refresh();
  const { version, data } = ctx.catalogRows();
  const malformed: SeedProblem[] = [];
  const sheet = readSheet(columns.divisions, file, content, malformed);
  const { plan, problems } = planDivisions(data, file, sheet, from);
  const change = figures(file, plan);
  const openOrders = await countOpenOrders(
    ctx.db,
    plan.units.closed.map(({ code }) => code),
  );
  // A line that could not be read is missing from the list: what follows from that would only confuse.
  const told = malformed.length > 0 ? malformed : problems;
  const answer = { plan, change, problems: told, version, openOrders };
  if (told.length > 0 || dryRun || isEmpty(plan)) return answer;
  const made = await ctx.db.transaction(async (tx) => {
    const newest = await lockCatalog(tx);
    // What was planned above must be what is written: the lock lets nobody in between from here on.
    if (newest?.version !== version) throw new AppError('CONFLICT');
    const next = await insertImport(tx, newest, { plan, change, actor, at: now, reason });
    const detail = { ...change, from, reason };
    await recordAudit(tx, { at: now, actor, action: 'divisions.import', target: `catalog:${next}`, detail });
    return next;
  });
  await ctx.refresh();
  return { ...answer, version: made };
}
