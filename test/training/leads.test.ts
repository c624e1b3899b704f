/** Who answered by name, and how leads are counted against it. */
import t from 'tap';
import type { Unit } from '../../src/catalog/types.ts';
import { buildUnitFinder, type LedLetter, measureLeads } from '../../src/training/leads.ts';
import { catalog } from '../helper.ts';

const beijing = catalog();
const find = buildUnitFinder(beijing);
const unit = (code: string): Unit => {
  const found = beijing.units.get(code);
  if (found === undefined) throw new Error(code);
  return found;
};

t.test('names as letters write them', async (t) => {
  const names: [string, string | null, string | null][] = [
    ['BJ-SCJ', 'BJ-SCJ', null],
    ['市市场监督管理局', 'BJ-SCJ', null],
    ['北京市市场监管局', 'BJ-SCJ', null],
    ['市公安局公安交通管理局', 'BJ-JGJ', null],
    ['北京市住房城乡建设委', 'BJ-ZJW', null],
    ['公交集团公司', 'QY-GJ', null],
    ['北京市自来水集团', 'QY-ZLS', null],
    ['市热力集团有限公司', 'QY-RL', null],
    ['西城区', '110102', '110102'],
    ['北京市朝阳区政府', '110105', '110105'],
    ['朝阳区望京街道', '110105026', null],
    ['怀柔区住房和城乡建设委员会', null, '110116'],
    ['北京市海淀区教委', null, '110108'],
  ];
  for (const [name, code, district] of names) t.same(find(name), { unit: code, district }, name);
  for (const name of ['天津市教委', '某某公司', '区', '']) t.equal(find(name), null, name);
});

t.test('strict and lenient', async (t) => {
  const letter = (lead: string | null, names: string[], status: LedLetter['status'] = 'dispatch'): LedLetter => ({
    id: `${lead} ${names}`,
    lead: lead === null ? null : unit(lead),
    status,
    answering: names.map(find),
  });
  const figures = measureLeads(
    [
      letter('BJ-SCJ', ['市场监管局']),
      letter('BJ-SCJ', ['市教委', '市场监管局']),
      letter('110105026', ['朝阳区']),
      letter('110105', ['朝阳区住建委']),
      letter('110105', ['望京街道']),
      letter('110105001', ['望京街道']),
      letter('110106', ['朝阳区']),
      letter(null, ['市教委'], 'triage'),
      letter('BJ-JW', ['天津市教委']),
    ],
    beijing.units,
  );
  t.match(figures, {
    n: 8,
    strict: 0.25,
    lenient: 0.625,
    skipped: { unknownUnit: 1 },
    triage: { n: 1, share: 0.125 },
    dispatched: { n: 7, strict: 0.2857, lenient: 0.7143 },
    withoutLargest: { unit: '110105', n: 6, strict: 0.3333, lenient: 0.6667 },
  });
  t.same(
    figures.byUnit.find(({ unit }) => unit === 'BJ-SCJ'),
    { unit: 'BJ-SCJ', n: 2, strict: 1, lenient: 1 },
  );
  t.same(
    figures.errors.map(({ units, lead }) => [units, lead]),
    [
      [['110105026'], '110105001'],
      [['110105'], '110106'],
      [['BJ-JW'], null],
    ],
  );
  t.match(measureLeads([], beijing.units), { n: 0, strict: null, dispatched: { n: 0, lenient: null } });
});
