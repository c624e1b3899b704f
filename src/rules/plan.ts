/**
 * How a set of wished rules becomes changes of rows. A row in force is never overwritten: it is closed, and its successor stands
 * under a code of its own, so that an order's rule stays what it was. Pure.
 */
import { knownOf, ruleFaults } from '../catalog/check-rules.ts';
import { numberOf, rootOf, seeFaults } from '../catalog/see.ts';
import type { DispatchRule, RuleChange, SeedData } from '../catalog/types.ts';
import type { FieldError } from '../http/validation.ts';
import type { RuleInput } from './schemas.ts';

export interface Plan {
  changes: RuleChange[];
  /** Rows that get another end. */
  closed: DispatchRule[];
  created: DispatchRule[];
  /** All rules as they will stand. */
  rules: DispatchRule[];
  problems: FieldError[];
}

const later = (a: string, b: string) => (a > b ? a : b);
const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((one, at) => one === b[at]);

/** Whether two rows say the same, but for their codes and dates. */
function saysSame(a: Omit<RuleInput, 'validFrom' | 'validTo'>, b: DispatchRule): boolean {
  return (
    a.priority === b.priority &&
    a.matter === b.matter &&
    a.place === b.place &&
    a.lead === b.lead &&
    a.reason === b.reason &&
    same(a.type, b.type) &&
    same(a.caller, b.caller) &&
    same(a.level, b.level) &&
    same(a.co, b.co)
  );
}

/** What one wished rule does to its family: the rows that share its code but for the number. */
function planOne(wish: RuleInput, family: readonly DispatchRule[], from: string): RuleChange[] {
  const { validFrom: _, ...said } = wish;
  const live = family.filter(({ validFrom, validTo }) => validTo === null || validTo > later(from, validFrom));
  const [first] = live;
  if (first !== undefined && live.length === 1 && first.validFrom <= from && saysSame(wish, first)) {
    const validTo = wish.validTo ?? null;
    return validTo === first.validTo ? [] : [{ before: first, after: { ...first, validTo } }];
  }
  const number = family.reduce((most, { code }) => Math.max(most, numberOf(code)), 0) + 1;
  const code = family.length === 0 ? wish.code : `${rootOf(wish.code)}.v${number}`;
  const after: DispatchRule = { ...said, code, validFrom: from, validTo: wish.validTo ?? null };
  return [{ before: first ?? null, after }, ...live.slice(1).map((before) => ({ before, after: null }))];
}

/** Plans the wished rules from the day `from` on, against all rows there are. */
export function planRules(data: SeedData, wishes: readonly RuleInput[], from: string): Plan {
  const known = knownOf(data);
  const problems: FieldError[] = [];
  const changes: RuleChange[] = [];
  const seen = new Set<string>();
  wishes.forEach((wish, index) => {
    const fault = (message: string) => problems.push({ path: `rules.${index}`, message });
    const root = rootOf(wish.code);
    const family = data.rules.filter(({ code }) => rootOf(code) === root);
    if (seen.has(root)) fault(`“${root}” 在请求里重复`);
    seen.add(root);
    if (root !== wish.code && family.every(({ code }) => code !== wish.code))
      fault(`没有规则 “${wish.code}”；.v 加数字留给接替的规则，不能自定`);
    const planned = planOne(wish, family, from);
    changes.push(...planned);
    const row = planned[0]?.after;
    if (!row) return;
    for (const message of ruleFaults(row, known)) fault(message);
    const ends = row.validTo !== null && (row.validTo < from || (row.validTo === from && row.validFrom === from));
    if (ends) fault(`validTo 应晚于 ${from}`);
  });
  const rows = rowsOf(data.rules, changes, from);
  return { problems: [...problems, ...seenProblems(data.rules, rows.rules, wishes)], ...rows };
}

/** What the change makes wrong with rules that see others, those that were not sent among them. */
function seenProblems(
  before: readonly DispatchRule[],
  after: readonly DispatchRule[],
  wishes: readonly RuleInput[],
): FieldError[] {
  const told = new Set(seeFaults(before).map(({ code, message }) => `${code} ${message}`));
  return seeFaults(after).flatMap(({ code, message }) => {
    if (told.has(`${code} ${message}`)) return [];
    const index = wishes.findIndex((wish) => rootOf(wish.code) === rootOf(code));
    return [{ path: index === -1 ? 'rules' : `rules.${index}.lead`, message: `${code} ${message}` }];
  });
}

/** The rows behind the changes. A row that was to start later than its end now does never: its end is its start. */
function rowsOf(rules: readonly DispatchRule[], changes: RuleChange[], from: string): Omit<Plan, 'problems'> {
  const closed: DispatchRule[] = [];
  const created: DispatchRule[] = [];
  for (const { before, after } of changes) {
    if (before !== null && after?.code === before.code) closed.push(after);
    else {
      if (before !== null) closed.push({ ...before, validTo: later(from, before.validFrom) });
      if (after !== null) created.push(after);
    }
  }
  const byCode = new Map([...rules, ...closed, ...created].map((rule) => [rule.code, rule]));
  return { changes, closed, created, rules: [...byCode.values()] };
}
