/** One transaction's work on orders. Pure. */
import type { Session } from '../access/scope.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import type { Actor } from './lifecycle.ts';

/** What is done in one transaction: by whom, when, under which rules. */
export interface Work {
  tx: Context['db'];
  catalog: Catalog;
  actor: string;
  role: Actor;
  now: Date;
}

export function workOf(tx: Context['db'], ctx: Context, { actor, role }: Session, now: Date): Work {
  return { tx, catalog: ctx.judgeAt(now).catalog, actor, role, now };
}

/** The same work, done by the service itself. */
export const bySystem = (work: Work): Work => ({ ...work, actor: 'system', role: 'system' });

/** Who acts on which order; `version` where he names the one that he has seen. */
export interface Act {
  session: Session;
  id: number;
  version?: number | undefined;
  now: Date;
}
