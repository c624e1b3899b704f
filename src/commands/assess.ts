/** `assess verify`: recounts a closed period from the events and compares it with what was frozen. */
import { verifyPeriod } from '../closing/jobs.ts';
import { CommandError, print, say, withDatabase } from './common.ts';

/** How many differences are printed. */
const shown = 100;

/** Prints `equal`; or the differences, and fails. */
export async function assessVerify({ period }: { period: string }): Promise<void> {
  await withDatabase(async ({ db }) => {
    const { cases, figures, differences } = await verifyPeriod(db, period, (done) => say(`已重算 ${done} 件诉求`));
    say(`诉求 ${cases} 件，报表 ${figures} 行`);
    if (differences.length === 0) return print('equal');
    for (const { what, frozen, recounted } of differences.slice(0, shown)) {
      print(`${what}：封账 ${frozen}，由流转记录得 ${recounted}`);
    }
    throw new CommandError(`有 ${differences.length} 处不一致`);
  });
}
