/** `privacy export` and `privacy erase`: what is held of one person, by his telephone number. */
import { createContext } from '../context.ts';
import { erasePerson, exportPerson, type Request } from '../privacy/service.ts';
import { openKeys, print, say, withDatabase } from './common.ts';

/** Prints a JSON object a complaint. */
export async function privacyExport(request: Request): Promise<void> {
  await withDatabase(async (connection, config) => {
    const ctx = await createContext(connection.db, { vault: await openKeys(connection, config) });
    const rows = await exportPerson(ctx, request, ctx.clock());
    for (const row of rows) print(JSON.stringify(row));
    say(`共 ${rows.length} 件诉求`);
  });
}

/** Prints which complaints were emptied, and which are still being handled. */
export async function privacyErase(request: Request): Promise<void> {
  await withDatabase(async (connection, config) => {
    const ctx = await createContext(connection.db, { vault: await openKeys(connection, config) });
    const answer = await erasePerson(ctx, request, ctx.clock());
    print(JSON.stringify(answer));
    if (answer.open.length > 0) say(`${answer.open.length} 件还在办理，办结后再来`);
  });
}
