/** Which unit and why: runners-up, leads that differ by place, danger to life. On rules of our own, beside the built-in ones. */
import t from 'tap';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { DispatchRule } from '../../src/catalog/types.ts';
import { buildDispatcher, type Facts } from '../../src/dispatch/choose.ts';
import { catalog } from '../helper.ts';

const beijing = catalog();
const rule = (code: string, changes: Partial<DispatchRule>): DispatchRule => ({
  code,
  priority: 50,
  matter: '*',
  place: '*',
  type: [],
  caller: [],
  level: [],
  lead: 'district',
  co: [],
  reason: `${code} 的理由。`,
  validFrom: '2026-01-01',
  validTo: null,
  ...changes,
});
const withRules = (rules: DispatchRule[]): Catalog => ({ ...beijing, data: { ...beijing.data, rules } });

/** A case in 望京街道 unless the changes say otherwise. */
function facts(matter: string, changes: Partial<Facts> = {}): Facts {
  const leaf = beijing.leaves.find(({ code }) => code === matter) ?? null;
  return {
    leaf,
    matterAccepted: true,
    placeStatus: 'resolved',
    district: '110105',
    street: '110105026',
    type: 'complain',
    level: leaf?.level ?? 'L3',
    caller: 'person',
    ...changes,
  };
}

t.test('the rule that decides, then the others that match, at most three', async (t) => {
  const { choose } = buildDispatcher(
    withRules([
      rule('A', { priority: 90, matter: 'M01', lead: 'BJ-CGW' }),
      rule('B', { priority: 80, matter: 'M01.01', place: '110105', lead: 'BJ-ZFJ' }),
      rule('C', { priority: 70, place: '110101', lead: 'BJ-JW' }),
      rule('D', { priority: 60, matter: 'M01.01.01', type: ['complain'], lead: 'BJ-HJJ' }),
      rule('E', { priority: 50, matter: 'M02', lead: 'BJ-JW' }),
      rule('Z', { priority: 0 }),
    ]),
  );
  const { rule: decided, lead, runnersUp } = choose(facts('M01.01.01'));
  t.match({ decided, lead }, { decided: 'A', lead: { code: 'BJ-CGW' } });
  t.same(
    runnersUp.map((one) => [one.rule, one.lead.code, one.reason]),
    [
      ['B', 'BJ-ZFJ', 'B 的理由。'],
      ['D', 'BJ-HJJ', 'D 的理由。'],
      ['default', '110105026', '事项“市容环卫—垃圾清运与分类—生活垃圾堆积”按派单目录由所在街道（乡镇）主办'],
    ],
  );
  const consult = choose(
    facts('M01.01.01', { type: 'consult', district: '110108', street: null, placeStatus: 'district' }),
  );
  t.same(
    consult.runnersUp.map((one) => [one.rule, one.lead.code]),
    [['Z', '110108']],
    'one that would lead to nobody is none',
  );
});

t.test('the matter’s own lead and the backstop are told only where they add somebody', async (t) => {
  const { choose } = buildDispatcher(
    withRules([rule('A', { matter: 'M01.01.01', lead: 'street' }), rule('Z', { priority: 0 })]),
  );
  t.same(
    choose(facts('M01.01.01')).runnersUp.map((one) => one.rule),
    ['Z'],
  );
  const own = choose(facts('M01.02.01'));
  t.match(own, { rule: 'default', lead: { code: '110105026' }, runnersUp: [{ rule: 'Z', lead: { code: '110105' } }] });
  const rough = choose(facts('M01.02.01', { street: null, placeStatus: 'district' }));
  t.match(rough, { rule: 'Z', status: 'dispatch', lead: { code: '110105' }, runnersUp: [] });
});

t.test('without a place, the backstops for that take what a street or district would lead', async (t) => {
  const { choose } = buildDispatcher(
    withRules([
      rule('A', { matter: 'M10.01', lead: 'district' }),
      rule('N', { priority: 1, matter: 'M01', place: '-', type: ['consult'], lead: 'BJ-CGW' }),
      rule('O', { priority: 2, matter: 'M10.01', place: '-', type: ['consult'], lead: 'BJ-SCJ' }),
      rule('Z', { priority: 0 }),
    ]),
  );
  const nowhere = { district: null, street: null, placeStatus: 'unknown', type: 'consult' } as const;
  t.match(choose(facts('M01.02.01', nowhere)), {
    rule: 'N',
    status: 'dispatch',
    lead: { code: 'BJ-CGW' },
    reason: /；地点不明：N/,
  });
  t.match(choose(facts('M10.01.01', nowhere)), { rule: 'O', status: 'dispatch', lead: { code: 'BJ-SCJ' } });
  t.match(choose(facts('M01.02.01', { ...nowhere, type: 'complain' })), {
    rule: 'default',
    status: 'triage',
    lead: null,
  });
  t.match(choose(facts('M01.02.01', { type: 'consult' })), { rule: 'default', lead: { code: '110105026' } });
  const rough = { street: null, placeStatus: 'district', type: 'consult' } as const;
  t.match(choose(facts('M01.02.01', rough)), { rule: 'Z', lead: { code: '110105' } }, 'a district is a place');
});

t.test('an enterprise that serves the whole city needs no place, unless somebody of the place helps it', async (t) => {
  const { choose } = buildDispatcher(
    withRules([rule('A', { matter: 'M03.01.01', lead: 'QY-ZLS', co: ['street'] }), rule('Z', { priority: 0 })]),
  );
  for (const placeStatus of ['unknown', 'ambiguous'] as const) {
    const nowhere = { district: null, street: null, placeStatus };
    t.match(choose(facts('M04.01.03', nowhere)), { status: 'dispatch', lead: { code: 'QY-GJ' } });
    t.match(choose(facts('M03.01.01', nowhere)), { status: 'triage', lead: { code: 'QY-ZLS' }, reason: /^地点/ });
  }
  t.match(choose(facts('M04.01.03', { placeStatus: 'outside' })), { status: 'triage' });
});

t.test('heating goes to whom the place has', async (t) => {
  const { choose } = buildDispatcher(beijing);
  const heating = (district: string, street: string | null) =>
    choose(facts('M03.04.02', { district, street, placeStatus: street === null ? 'district' : 'resolved' }));
  t.match(heating('110105', '110105026'), { rule: 'R081', status: 'dispatch', lead: { code: 'QY-RL' } });
  t.match(heating('110113', null), { rule: 'R081', lead: { code: '110113' }, reason: /顺义区的供热/ });
  t.match(
    heating('110115', '110115012'),
    { lead: { code: 'BJ-JKQ' }, reason: /荣华街道属/ },
    'a street before its district',
  );
  t.match(heating('110115', '110115001'), { lead: { code: 'QY-RL' } });
  const unknown = choose(facts('M03.04.02', { district: null, street: null, placeStatus: 'unknown' }));
  t.match(unknown, { status: 'triage', lead: { code: 'QY-RL' } }, 'without a place a person decides');
});

t.test('a matter may name a service by place too', async (t) => {
  const leaves = beijing.leaves.map((leaf) =>
    leaf.code === 'M03.04.02' ? { ...leaf, lead: 'enterprise:heating' } : leaf,
  );
  const { choose } = buildDispatcher({ ...withRules([]), leaves });
  t.match(choose(facts('M03.04.02', { district: '110117', street: null })), {
    rule: 'default',
    lead: { code: '110117' },
  });
});

t.test('danger to life concerns the street, whoever leads', async (t) => {
  const { choose } = buildDispatcher(withRules([rule('A', { matter: 'M03.02', lead: 'QY-DL', co: ['district'] })]));
  const co = (changes: Partial<Facts>) => choose(facts('M03.02.04', changes)).co.map(({ code }) => code);
  t.same(co({ level: 'L1' }), ['110105', '110105026']);
  t.same(co({ level: 'L2' }), ['110105']);
  t.same(co({ level: 'L1', street: null }), ['110105'], 'no street is known');
  t.same(choose(facts('M01.01.01', { level: 'L1' })).co, [], 'the street leads itself');
  t.same(
    buildDispatcher(beijing)
      .choose(facts('M03.02.04', { level: 'L1' }))
      .co.map(({ code }) => code),
    ['110105026'],
    'named by the rule as well, it comes once',
  );
});

t.test('leadOf is the lead of choose', async (t) => {
  const { choose, leadOf } = buildDispatcher(beijing);
  const places = [
    { district: '110105', street: '110105026' },
    { district: '110113', street: null },
    { district: '110115', street: '110115012' },
    { district: null, street: null },
  ];
  const wrong = beijing.leaves.flatMap(({ code, types }) =>
    places.flatMap((place) =>
      types.filter((type) => choose(facts(code, { type, ...place })).lead !== leadOf(facts(code, { type, ...place }))),
    ),
  );
  t.same(wrong, []);
  t.equal(leadOf(facts('none')), null);
});
