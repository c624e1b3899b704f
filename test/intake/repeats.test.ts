/**
 * How well repeats are found, the whole way: each pair is filed, and the second should be shown the first if and only if it tells
 * of the same thing. The pairs are invented; the floors stand a little under what was seen and must only rise.
 */
import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app } from '../helper.ts';

interface Pair {
  kind: 'retold' | 'other thing' | 'other estate' | 'same caller';
  first: string;
  second: string;
  samePhone: boolean;
  repeat: boolean;
}

const pairs: Pair[] = readFileSync(new URL('./repeat-cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const phone = (n: number) => ({ phone: `1990000${String(n).padStart(4, '0')}` });

t.test('repeats are told from other things', async (t) => {
  t.ok(pairs.length >= 150);
  const { as, ctx, connection } = await app(t);
  const operator = await as('operator');
  const file = async (text: string, caller: object) =>
    (await operator.post('/complaints', { channel: 'phone', text, caller })).body;
  // How common words are is known from what was filed before. A pair must not be found among the complaints of others.
  for (const { second } of pairs) await file(second, phone(0));
  await connection.db.execute(sql`analyze complaints`);
  await ctx.refresh();
  const shown = new Map<string, { all: number; shown: number }>();
  for (const [index, { kind, first, second, samePhone }] of pairs.entries()) {
    await connection.db.execute(sql`truncate complaints cascade`);
    const { number } = await file(first, phone(2 * index));
    const { similar } = await file(second, phone(samePhone ? 2 * index : 2 * index + 1));
    const found = similar.find((one: { number: string }) => one.number === number);
    const count = shown.get(kind) ?? { all: 0, shown: 0 };
    shown.set(kind, { all: count.all + 1, shown: count.shown + (found === undefined ? 0 : 1) });
  }
  const of = (kind: string) => shown.get(kind) ?? { all: 0, shown: 0 };
  const told = JSON.stringify(Object.fromEntries(shown));
  const all = [...shown.values()].reduce((sum, one) => sum + one.shown, 0);
  const recall = of('retold').shown / of('retold').all;
  const precision = of('retold').shown / all;
  t.ok(recall >= 0.57, `recall ${recall.toFixed(3)} ${told}`);
  t.ok(precision >= 0.85, `precision ${precision.toFixed(3)} ${told}`);
});
