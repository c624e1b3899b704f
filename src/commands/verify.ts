/** `verify`: replays all events and compares with the current state. `lifecycle`: the table of the order's life, for the docs. */
import { verify as verifyAll } from '../verify/service.ts';
import { mermaid } from '../workorder/diagram.ts';
import { CommandError, print, say, withDatabase } from './common.ts';

/** How many differences are printed. */
const shown = 100;

/** Prints `equal`; or the differences, and fails. */
export async function verify(): Promise<void> {
  await withDatabase(async ({ db }) => {
    const { complaints, orders, events, differences } = await verifyAll(db, (done, of) =>
      say(`已重放 ${done} / ${of} 件诉求`),
    );
    say(`诉求 ${complaints} 件，工单 ${orders} 张，流转记录 ${events} 条`);
    if (differences.length === 0) return print('equal');
    for (const { number, orderId, field, stored, replayed } of differences.slice(0, shown)) {
      print(
        `${number}${orderId === null ? '' : ` 工单 ${orderId}`} ${field}：库中 ${stored}，由流转记录得 ${replayed}`,
      );
    }
    throw new CommandError(`有 ${differences.length} 处不一致`);
  });
}

export function lifecycle({ mermaid: wanted }: { mermaid?: boolean }): void {
  if (wanted !== true) throw new CommandError('请用 --mermaid');
  print(mermaid());
}
