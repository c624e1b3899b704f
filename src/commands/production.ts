/** What production refuses: invented complaints among the real ones, whose figures would be wrong for ever. */
import { sql } from 'drizzle-orm';
import type { Config } from '../config.ts';
import type { Db } from '../db/connect.ts';
import { CommandError } from './common.ts';

/** Where `demo` and `generate` say that their complaints are from; a machine of such a name files by its token. */
const invented = sql`source in ('demo', 'generate') and filed_by is null`;

/** Throws CommandError where production would serve a database into which `demo` or `generate` has written. */
export async function refuseDemo(db: Db, { NODE_ENV }: Pick<Config, 'NODE_ENV'>): Promise<void> {
  if (NODE_ENV !== 'production') return;
  const found = await db.execute(sql`select 1 from complaints where ${invented} limit 1`);
  if (found.length > 0)
    throw new CommandError(
      '库里有 demo 或 generate 造的演示诉求，NODE_ENV=production 时不启动。流转记录只增不改，删不掉：请换一个空库（DATABASE_URL 或 DATA_DIR）；只是试用则不设 NODE_ENV',
    );
}

/** Throws CommandError where a command that invents complaints is called in production. */
export function refuseInventing({ NODE_ENV }: Pick<Config, 'NODE_ENV'>): void {
  if (NODE_ENV === 'production') throw new CommandError('NODE_ENV=production 时不造演示诉求：它们删不掉，会算进报表');
}
