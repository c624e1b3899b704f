/**
 * “See rule”: a rule whose lead is `see:R012` takes lead and co-handlers from that rule, or from the one that succeeded it.
 * Found when a dispatcher is built, so that one row is changed where many follow. Pure.
 */
import type { DispatchRule } from './types.ts';

/** What stands before the code of the rule that is seen. */
export const seeRule = 'see:';

const successor = /^(.+)\.v(\d+)$/;
/** The code without the number of the successor: R049 of R049.v2. */
export const rootOf = (code: string): string => successor.exec(code)?.[1] ?? code;
/** The number of the successor: 2 of R049.v2, 1 of R049. */
export const numberOf = (code: string): number => Number(successor.exec(code)?.[2] ?? 1);

/** The code of the rule that a rule sees, without the number of a successor; null where it names its lead itself. */
export const seenBy = ({ lead }: Pick<DispatchRule, 'lead'>): string | null =>
  lead.startsWith(seeRule) ? rootOf(lead.slice(seeRule.length)) : null;

const lasts = (row: DispatchRule, by: DispatchRule) =>
  row.validTo === null || (by.validTo !== null && row.validTo >= by.validTo);

/** The rule at the end of a chain of “see”, or the chain itself where it comes back or leads nowhere. */
function follow(rule: DispatchRule, rowOf: (root: string) => DispatchRule | undefined) {
  const chain = [rule.code];
  const met = new Set([rootOf(rule.code)]);
  let at: DispatchRule | undefined = rule;
  for (let seen = seenBy(rule); seen !== null && at !== undefined; seen = at === undefined ? null : seenBy(at)) {
    chain.push(seen);
    if (met.has(seen)) return { end: undefined, chain, isCycle: true };
    met.add(seen);
    at = rowOf(seen);
  }
  return { end: at, chain, isCycle: false };
}

/** What is wrong with the rules that see others, by the code of the rule; the rows may be of any dates. */
export function seeFaults(rules: readonly DispatchRule[]): { code: string; message: string }[] {
  const families = new Map<string, DispatchRule[]>();
  for (const rule of rules) families.set(rootOf(rule.code), [...(families.get(rootOf(rule.code)) ?? []), rule]);
  const last = (root: string) =>
    families
      .get(root)
      ?.toSorted((a, b) => numberOf(a.code) - numberOf(b.code))
      .at(-1);
  return rules.flatMap((rule) => {
    const seen = seenBy(rule);
    if (seen === null || (rule.validTo !== null && rule.validTo <= rule.validFrom)) return [];
    const { code } = rule;
    const { chain, isCycle } = follow(rule, last);
    const family = families.get(seen) ?? [];
    const faults: string[] = [];
    if (family.length === 0) faults.push(`所见规则 “${seen}” 不存在`);
    else if (isCycle) faults.push(`所见规则形成循环：${chain.join(' → ')}`);
    else if (!family.some((row) => lasts(row, rule))) faults.push(`所见规则 “${seen}” 已停用或先于此规则停用`);
    else if (family.every(({ validFrom }) => validFrom > rule.validFrom))
      faults.push(`所见规则 “${seen}” 晚于此规则生效`);
    if (rule.co.length > 0) faults.push('主办写 see 的规则，协办也取自所见规则，应为空');
    return faults.map((message) => ({ code, message }));
  });
}

/** The rules of one day with lead and co-handlers filled in; the reason tells what was seen. */
export function resolveSeen(rules: readonly DispatchRule[]): DispatchRule[] {
  const byRoot = new Map(rules.map((rule) => [rootOf(rule.code), rule]));
  return rules.map((rule) => {
    if (seenBy(rule) === null) return rule;
    const { end } = follow(rule, (root) => byRoot.get(root));
    if (end === undefined) return rule;
    return { ...rule, lead: end.lead, co: end.co, reason: `${rule.reason}（见 ${end.code}：${end.reason}）` };
  });
}
