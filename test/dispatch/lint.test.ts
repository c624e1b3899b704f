/** The linter: each kind of finding on a catalogue with that fault, nothing on the built-in one; properties on random rules. */
import fc from 'fast-check';
import t from 'tap';
import { buildCatalog } from '../../src/catalog/catalog.ts';
import type { DispatchRule, SeedData } from '../../src/catalog/types.ts';
import { readSeeds } from '../../src/db/seed.ts';
import { buildDispatcher } from '../../src/dispatch/choose.ts';
import { lint } from '../../src/dispatch/lint.ts';

const { data } = readSeeds();
const date = '2026-11-22';
const check = (changes: Partial<SeedData>) => {
  const all = { ...data, ...changes };
  return lint(buildCatalog(all, date), all);
};
const brief = (changes: Partial<SeedData>) =>
  check(changes).map(({ check, severity, table, code }) => `${check} ${severity} ${table} ${code}`);
const rule = (code: string, changes: Partial<DispatchRule>): DispatchRule => ({
  code,
  priority: 30,
  matter: '*',
  place: '*',
  type: [],
  caller: [],
  level: [],
  lead: 'district',
  co: [],
  reason: '理由。',
  validFrom: '2026-01-01',
  validTo: null,
  ...changes,
});
const beside = (...rules: DispatchRule[]) => ({ rules: [...data.rules, ...rules] });

t.test('the built-in catalogue: every leaf is led in every street, and the linter finds nothing', async (t) => {
  t.same(check({}), []);
  const streets = data.divisions.filter(({ kind, zone }) => kind === 'street' && !zone);
  t.equal(streets.length, 343);
  const catalog = buildCatalog(data, date);
  const { leadOf } = buildDispatcher(catalog);
  const led = catalog.leaves.reduce((sum, leaf) => {
    const known = { leaf, matterAccepted: true, placeStatus: 'resolved' as const, type: 'complain', caller: 'person' };
    return (
      sum +
      streets.filter(
        ({ code, parent }) => leadOf({ ...known, level: leaf.level, district: parent, street: code }) !== null,
      ).length
    );
  }, 0);
  t.equal(led / (catalog.leaves.length * streets.length), 1);
});

t.test('unreachable', async (t) => {
  t.same(brief(beside(rule('X', { matter: 'M03.04.01', lead: 'QY-RL' }))), ['unreachable warning rules X']);
  t.match(check(beside(rule('X', { matter: 'M03.04.01' }))), [{ message: /R081/ }]);
  t.same(brief(beside(rule('X', { matter: 'M03.04', place: '110113', level: ['L2'] }))), [
    'unreachable warning rules X',
  ]);
  t.same(brief(beside(rule('X', { matter: 'M03', lead: 'district' }))), [], 'other matters of it are left');
  const apart = ['M03.04.01', 'M03.04.02', 'M03.04.03'].map((matter, index) =>
    rule(`A${index}`, { priority: 35, matter }),
  );
  const without = data.rules.filter(({ code }) => code !== 'R081');
  t.same(
    brief({ rules: [...without, ...apart, rule('X', { matter: 'M03.04' })] }),
    ['unreachable warning rules X'],
    'hidden by several together',
  );
  t.same(brief({ rules: [...without, ...apart.slice(1), rule('X', { matter: 'M03.04' })] }), []);
  const types = data.types.map(({ code }) => code);
  t.same(brief(beside(rule('A', { matter: 'M03.08', type: types }), rule('X', { priority: 20, matter: 'M03.08' }))), [
    'unreachable warning rules X',
  ]);
});

t.test('gaps', async (t) => {
  const zone = data.divisions.map((row) => (row.code === '110105026' ? { ...row, unit: 'NONE' } : row));
  const found = check({ divisions: zone });
  t.ok(found.length > 50);
  t.ok(found.every(({ check }) => check === 'gap'));
  t.match(found[0], {
    severity: 'error',
    table: 'matters',
    code: 'M01.01.01',
    message: /1 个地方没有主办，如望京街道/,
  });
  const noBackstop = check({ rules: data.rules.filter(({ priority }) => priority > 0) });
  t.match(noBackstop[0], { check: 'gap', message: /16 个地方没有主办，如东城区（只知道区）/ });
});

t.test('overlaps', async (t) => {
  const one = rule('X1', { matter: 'M03.08', place: '110105', type: ['help', 'complain'] });
  const other = (changes: Partial<DispatchRule>) =>
    brief(beside(one, rule('X2', { matter: 'M03.08.01', lead: 'BJ-CGW', ...changes })));
  t.same(other({}), ['overlap error rules X2']);
  t.match(check(beside(one, rule('X2', { matter: 'M03.08.01', lead: 'BJ-CGW' }))), [
    { message: /X1.*清洁取暖.*district 与 BJ-CGW/ },
  ]);
  t.same(other({ place: '110105026' }), ['overlap error rules X2']);
  t.same(other({ lead: 'district' }), [], 'the same lead');
  t.same(other({ priority: 29, type: [] }), [], 'another priority');
  t.same(other({ place: '110108' }), [], 'elsewhere');
  t.same(other({ type: ['consult'] }), [], 'other types');
  t.same(other({ matter: 'M03.06.02' }), [], 'another matter');
});

t.test('units out of date', async (t) => {
  const units = (changes: object) => data.units.map((unit) => (unit.code === 'QY-TT' ? { ...unit, ...changes } : unit));
  t.same(
    brief({ units: units({ validTo: '2026-06-01' }) }).filter((one) => !one.startsWith('gap')),
    ['outdated error rules R050', 'outdated error matters M03.05.03'],
  );
  t.match(check({ units: units({ validTo: '2026-06-01' }) })[0], { message: /已于 2026-06-01 失效/ });
  t.match(check({ units: units({ validFrom: '2027-01-01' }) })[0], { severity: 'error', message: /2027-01-01 才生效/ });
  t.match(check({ units: units({ validTo: '2027-01-01' }) })[0], {
    severity: 'warning',
    message: /将于 2027-01-01 失效/,
  });
  const heating = data.units.map((unit) => (unit.code === 'QY-RL' ? { ...unit, validTo: '2027-01-01' } : unit));
  t.ok(brief({ units: heating }).includes('outdated warning localUnits heating *'));
});

t.test('duties pushed down to streets', async (t) => {
  t.same(brief(beside(rule('X', { matter: 'M10.05.01', priority: 90, lead: 'street' }))), [
    'pushed-down error rules X',
  ]);
  t.match(check(beside(rule('X', { matter: 'M08', type: ['consult'], lead: 'street' }))), [
    { check: 'pushed-down', message: /M08.01.01 .*学校、幼儿园/ },
  ]);
  t.same(brief(beside(rule('X', { matter: 'M17.01', priority: 90, lead: '110105026', place: '110105026' }))), [
    'pushed-down error rules X',
  ]);
  t.same(brief(beside(rule('X', { matter: 'M10.05.01', priority: 90, co: ['street'] }))), [], 'helping is no leading');
  const matters = data.matters.map((matter) => (matter.code === 'M08.03.02' ? { ...matter, lead: 'street' } : matter));
  t.same(brief({ matters }), ['pushed-down error matters M08.03.02']);
});

/** Rules over a few matters, places and types: so that they meet each other often. */
const someRules = fc
  .array(
    fc.record({
      priority: fc.constantFrom(10, 20, 30),
      matter: fc.constantFrom('M03', 'M03.08', 'M03.08.01', 'M03.06'),
      place: fc.constantFrom('*', '110105', '110105026'),
      type: fc.subarray(['help', 'complain', 'consult']),
      caller: fc.subarray(['person', 'enterprise']),
      lead: fc.constantFrom('district', 'BJ-CGW', 'QY-RL'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((rows) => rows.map((row, index) => rule(`P${index}`, row)));

t.test(
  'what is called unreachable never decides, and without overlaps the order of codes decides nothing',
  async (t) => {
    const few = { ...data, matters: data.matters.filter(({ code }) => code.startsWith('M03')), guard: [], rules: [] };
    const types = data.types.map(({ code }) => code);
    const places = [
      { district: '110105', street: '110105026' },
      { district: '110105', street: null },
      { district: '110108', street: null },
    ];
    const decided = (rules: DispatchRule[]) => {
      const catalog = buildCatalog({ ...few, rules }, date);
      const { choose } = buildDispatcher(catalog);
      return catalog.leaves.flatMap((leaf) =>
        places.flatMap((place) =>
          types.flatMap((type) =>
            ['person', 'enterprise'].map((caller) =>
              choose({ leaf, matterAccepted: true, placeStatus: 'resolved', level: 'L3', type, caller, ...place }),
            ),
          ),
        ),
      );
    };
    fc.assert(
      fc.property(someRules, (rules) => {
        const all = { ...few, rules };
        const found = lint(buildCatalog(all, date), all);
        const dead = new Set(found.flatMap(({ check, code }) => (check === 'unreachable' ? [code] : [])));
        const answers = decided(rules);
        if (answers.some((one) => dead.has(one.rule ?? ''))) return false;
        if (found.some(({ check }) => check === 'overlap')) return true;
        const turned = decided(rules.map((one, index) => ({ ...one, code: `P${rules.length - index}` })));
        return answers.every((one, index) => one.lead === turned[index]?.lead);
      }),
      { numRuns: 60 },
    );
    t.pass('over 60 catalogues');
  },
);
