/** `gazetteer import`: a newer list of the city's divisions from a day on, and a report of what it changes. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CellError, date } from '../catalog/columns.ts';
import type { Division } from '../catalog/types.ts';
import { createContext } from '../context.ts';
import { SeedError } from '../db/seed.ts';
import type { Change, Changes } from '../divisions/changes.ts';
import type { Plan } from '../divisions/plan.ts';
import { type Imported, importDivisions } from '../divisions/service.ts';
import { CommandError, print, say, withDatabase } from './common.ts';

export interface GazetteerOptions {
  from: string;
  dryRun?: boolean;
  by: string;
  reason?: string;
  format: string;
}

const kinds = { city: '市', district: '区县', street: '街道', community: '社区' } as const;
const titleOf = ({ kind, code, name }: Division) => `${kinds[kind]} ${code} ${name}`;
const words = (list: readonly string[]) => (list.length === 0 ? '无' : list.join('、'));
const upTo = (day: string | null) => (day === null ? '长期' : `至 ${day}`);

function otherDifferences({ before, after }: Change): string {
  return [
    before.parent === after.parent ? '' : `上级 ${before.parent} → ${after.parent}`,
    before.unit === after.unit ? '' : `承办单位 ${before.unit ?? '自身'} → ${after.unit ?? '自身'}`,
    before.zone === after.zone ? '' : `统计区 ${before.zone ? '是' : '否'} → ${after.zone ? '是' : '否'}`,
    before.validTo === after.validTo ? '' : `有效 ${upTo(before.validTo)} → ${upTo(after.validTo)}`,
  ]
    .filter((part) => part !== '')
    .join('；');
}

/** One line a change, the figures last. */
export function reportLines({ plan, change }: Pick<Imported, 'plan' | 'change'>): string[] {
  const { added, closed, renamed, moved, aliases, changed, units } = plan;
  const figures = [
    ['新增', change.added],
    ['撤销', change.closed],
    ['改名', change.renamed],
    ['改隶', change.moved],
    ['别名', change.aliases],
    ['其他', change.changed],
  ] as const;
  return [
    ...added.map((row) => `新增 ${titleOf(row)}（上级 ${row.parent ?? '无'}）`),
    ...closed.map((row) => `撤销 ${titleOf(row)}`),
    ...renamed.map(({ before, after }) => `改名 ${titleOf(before)} → ${after.name}`),
    ...moved.map(
      ({ before, after }) => `改隶 ${titleOf(before)} → ${after.code}（上级 ${before.parent} → ${after.parent}）`,
    ),
    ...aliases.map(({ before, after }) => `别名 ${titleOf(after)}：${words(before.aliases)} → ${words(after.aliases)}`),
    ...changed.map((one) => `其他 ${titleOf(one.after)}：${otherDifferences(one)}`),
    ...units.opened.map(({ code, name }) => `新设单位 ${code} ${name}`),
    ...units.closed.map(({ code, name }) => `停用单位 ${code} ${name}`),
    `名单 ${change.listed} 条，从 ${plan.from} 起：${figures.map(([word, count]) => `${word} ${count}`).join('、')}；` +
      `新设单位 ${change.unitsOpened}、停用单位 ${change.unitsClosed}`,
  ];
}

/** What the machine cannot do for the person who imports. */
function warn({ plan, openOrders }: Imported): void {
  const { units, renamed, from } = plan;
  if (openOrders > 0) say(`提醒：停用的单位还有 ${openOrders} 张未结工单，仍由它们办结，或由研判台改派`);
  if (units.opened.length > 0) say('提醒：新设单位的名称、职责按惯例拟定，请写入 units.csv；令牌须另行生成');
  const governed = renamed.filter(({ after }) => after.kind === 'district' || after.kind === 'street');
  for (const { after } of governed)
    say(`提醒：${titleOf(after)} 改名，单位名称不随之改变，请从 ${from} 起改 units.csv`);
}

const changeKeys = ['added', 'closed', 'renamed', 'moved', 'aliases', 'changed'] as const satisfies (keyof Changes)[];

function asJson({ plan, change, version }: Imported, dryRun: boolean): string {
  const lists = Object.fromEntries(changeKeys.map((key) => [key, plan[key]]));
  const { from, units } = plan;
  return JSON.stringify({ from, dryRun, version, counts: change, ...lists, units }, null, 2);
}

function checkDay(day: string): void {
  try {
    date('--from').parse(day);
  } catch (error) {
    throw error instanceof CellError ? new CommandError(`--from ${error.message}`) : error;
  }
}

function told(plan: Plan, version: number, dryRun: boolean): string {
  if (plan.rows.length === 0) return `名单与数据库没有不同，仍为第 ${version} 版`;
  return dryRun ? '只是试算，什么也没有写入' : `已导入，成为基础数据第 ${version} 版；运行中的服务 30 秒内换用`;
}

export async function gazetteerImport(file: string, options: GazetteerOptions): Promise<void> {
  const { from, by, format, dryRun = false } = options;
  if (format !== 'table' && format !== 'json') throw new CommandError(`没有格式 ${format}；可用：table、json`);
  checkDay(from);
  if (!existsSync(file)) throw new CommandError(`文件不存在：${file}`);
  const content = readFileSync(file, 'utf8');
  const name = path.basename(file);
  await withDatabase(async ({ db }, { MODEL_DIR }) => {
    const ctx = await createContext(db, { models: MODEL_DIR });
    const request = { file: name, content, from, actor: by, reason: options.reason ?? `导入 ${name}`, dryRun };
    const imported = await importDivisions(ctx, request, ctx.clock());
    if (imported.problems.length > 0) throw new SeedError(imported.problems);
    print(format === 'json' ? asJson(imported, dryRun) : reportLines(imported).join('\n'));
    warn(imported);
    say(told(imported.plan, imported.version, dryRun));
  });
}
