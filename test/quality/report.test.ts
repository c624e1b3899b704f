/** The override rate from a handful of complaints, against figures counted by hand. */
import t from 'tap';
import { app, complaint, refused, type TestApp } from '../helper.ts';

interface Case {
  received: string;
  text?: string;
  /** What the operator decides himself. */
  given?: object;
  /** What the triage desk decides; absent: the complaint was dispatched, or waits. */
  desk?: object;
}

/** Machine: M05.03.02, need ZJ, level L3, unit 110105026. */
const rubbish = complaint().text;
/** Machine: M03.01.01, need BL, level L2; for praise the rules propose the unit BJ-ZFW. */
const water = '海淀区中关村街道从昨天起停水';
/** Machine: M06.01.01, need LD, level L3; the district must lead, and none is named. */
const wages = '我在一家餐馆打工，老板拖欠工资三个月不给。';

// 9 and 16 November are Mondays.
const cases: Case[] = [
  { received: '2026-11-08T23:59:59+08:00', given: { matter: 'M05.03.02' } },
  // Stays under 物业管理.
  { received: '2026-11-09T00:00:00+08:00', given: { matter: 'M05.03.04' } },
  { received: '2026-11-15T23:59:59+08:00', given: { matter: 'M05.06.02', level: 'L4' } },
  { received: '2026-11-16T00:00:00+08:00', text: water, given: { type: 'praise' } },
  { received: '2026-11-16T10:00:00+08:00', text: wages, desk: { lead: '110105' } },
  { received: '2026-11-17T10:00:00+08:00', text: wages, desk: { lead: '110108', matter: 'M05.03.02', need: 'ZJ' } },
  { received: '2026-11-17T23:59:59+08:00', text: wages },
  // Not counted.
  { received: '2026-11-18T00:00:00+08:00', text: wages, desk: { lead: '110105', matter: 'M05.03.02' } },
];

async function file({ as, clock }: TestApp): Promise<void> {
  const operator = await as('operator');
  const dispatcher = await as('dispatcher');
  for (const { received, text = rubbish, given, desk } of cases) {
    clock.now = new Date(received);
    const { status, body } = await operator.post('/complaints', { ...complaint({ text }), ...given });
    t.equal(status, 201);
    // Decided long after: it is the time of receipt that counts.
    clock.forward(3000);
    if (desk)
      t.equal((await dispatcher.post(`/complaints/${body.number}/dispatch`, { ...desk, reason: '核实' })).status, 200);
  }
  clock.now = new Date('2026-11-22T12:00:00+08:00');
}

const range = 'from=2026-11-08&to=2026-11-18';
interface Row {
  key: string;
  judged: number;
  overridden: number;
}
const brief = (items: Row[]) => items.map(({ key, judged, overridden }) => `${key} ${overridden}/${judged}`);

t.test('figures counted by hand', async (t) => {
  const world = await app(t);
  await file(world);
  const analyst = await world.as('analyst');
  const get = async (query: string) => (await analyst.get(`/quality?${range}&${query}`)).body;

  const report = await get('interval=week');
  const { items, total, fields, ...about } = report;
  t.same(about, {
    from: '2026-11-08T00:00:00+08:00',
    to: '2026-11-18T00:00:00+08:00',
    by: 'matter',
    level: 1,
    interval: 'week',
  });
  t.match(fields, [{ key: 'matter', name: '事项' }, {}, {}, {}, { key: 'unit', name: '主办单位' }]);
  t.same(brief(items), ['M06 1/3', 'M05 0/3', 'M03 0/1']);
  const [wagesRow, housing, utilities] = items;
  t.match(wagesRow, {
    name: '劳动和社会保障',
    overrideRate: 0.3333,
    triaged: 3,
    triageRate: 1,
    byField: { matter: 1, need: 1, type: 0, level: 0, unit: 2 },
  });
  t.match(housing, { overrideRate: 0, triaged: 0, byField: { matter: 2, need: 0, type: 0, level: 1, unit: 0 } });
  t.match(utilities, { byField: { matter: 0, need: 0, type: 1, level: 0, unit: 0 } });
  t.match(total, {
    key: 'total',
    name: '合计',
    judged: 7,
    overridden: 1,
    overrideRate: 0.1429,
    triaged: 3,
    triageRate: 0.4286,
    byField: { matter: 3, need: 1, type: 1, level: 1, unit: 2 },
  });
  const weeks = [
    { from: '2026-11-08T00:00:00+08:00', to: '2026-11-09T00:00:00+08:00' },
    { from: '2026-11-09T00:00:00+08:00', to: '2026-11-16T00:00:00+08:00' },
    { from: '2026-11-16T00:00:00+08:00', to: '2026-11-18T00:00:00+08:00' },
  ];
  const series = (counts: [number, number, number | null][]) =>
    counts.map(([judged, overridden, overrideRate], index) => ({ ...weeks[index], judged, overridden, overrideRate }));
  t.same(
    housing.series,
    series([
      [1, 0, 0],
      [2, 0, 0],
      [0, 0, null],
    ]),
  );
  t.same(
    wagesRow.series,
    series([
      [0, 0, null],
      [0, 0, null],
      [3, 1, 0.3333],
    ]),
  );
  t.same(
    total.series,
    series([
      [1, 0, 0],
      [2, 0, 0],
      [4, 1, 0.25],
    ]),
  );

  t.same(brief((await get('level=2')).items), ['M05.03 1/3', 'M06.01 1/3', 'M03.01 0/1'], '电梯 is not 物业管理');
  const leaves = await get('level=3');
  t.same(brief(leaves.items), ['M05.03.02 2/3', 'M06.01.01 1/3', 'M03.01.01 0/1']);
  t.match(leaves.items[0], { name: '住房与物业—物业管理—物业服务差', overrideRate: 0.6667, series: [] });
  const units = await get('by=unit');
  t.same(brief(units.items), ['none 2/3', '110105026 0/3', 'BJ-ZFW 0/1']);
  t.match(units, { level: null, items: [{ name: '机器没有给出单位' }, { name: '望京街道' }, {}] });
  t.same(brief((await get('by=need')).items), ['LD 1/3', 'ZJ 0/3', 'BL 0/1'], 'the machine’s own need');
  t.same(brief((await get('by=level')).items), ['L3 1/6', 'L2 0/1']);
  t.match((await get('by=type')).total, { judged: 7, overridden: 1 });
  for (const by of ['unit', 'need', 'type', 'level'])
    t.match(
      (await get(`by=${by}`)).total,
      { judged: 7, triaged: 3, byField: total.byField },
      `the same total by ${by}`,
    );

  const days = await get('interval=day');
  t.same(
    days.total.series.map(({ judged }: Row) => judged),
    [1, 1, 0, 0, 0, 0, 0, 1, 2, 2],
    'each case on its day in Shanghai',
  );
  const months = (await analyst.get('/quality?from=2026-10-31&to=2026-12-02&interval=month')).body;
  t.match(months.total.series, [
    { from: '2026-10-31T00:00:00+08:00', to: '2026-11-01T00:00:00+08:00', judged: 0 },
    { from: '2026-11-01T00:00:00+08:00', to: '2026-12-01T00:00:00+08:00', judged: 8, overridden: 2 },
    { from: '2026-12-01T00:00:00+08:00', to: '2026-12-02T00:00:00+08:00', judged: 0 },
  ]);
  const usual = (await analyst.get('/quality')).body;
  t.match(usual, {
    from: '2026-10-24T00:00:00+08:00',
    to: '2026-11-23T00:00:00+08:00',
    interval: 'none',
    total: { judged: 8, series: [] },
  });
  t.notMatch(JSON.stringify([report, leaves, units]), /赵甲|1990000|餐馆/, 'no data of a person');
});

t.test('as CSV', async (t) => {
  const world = await app(t);
  await file(world);
  const dispatcher = await world.as('dispatcher');
  const get = (query: string) => dispatcher.get(`/quality?${range}&format=csv&${query}`);
  const whole = await get('by=unit');
  t.match(whole.headers['content-type'], /^text\/csv/);
  t.match(whole.headers['content-disposition'], /quality-unit-2026-11-08_2026-11-18\.csv/);
  const head = 'key,name,from,to,judged,overridden,overrideRate,triaged,triageRate';
  t.same(whole.text.trimEnd().split('\r\n'), [
    `${head},byField.matter,byField.need,byField.type,byField.level,byField.unit`,
    'none,机器没有给出单位,2026-11-08,2026-11-18,3,2,0.6667,3,1,1,1,0,0,2',
    '110105026,朝阳区望京街道办事处,2026-11-08,2026-11-18,3,0,0,0,0,2,0,0,1,0',
    'BJ-ZFW,北京市政务服务和数据管理局,2026-11-08,2026-11-18,1,0,0,0,0,0,0,1,0,0',
    'total,合计,2026-11-08,2026-11-18,7,2,0.2857,3,0.4286,3,1,1,1,2',
  ]);
  const weekly = await get('by=need&interval=week&bom=1');
  t.equal(weekly.text.charCodeAt(0), 0xfeff);
  t.same(weekly.text.slice(1).trimEnd().split('\r\n').slice(0, 4), [
    'key,name,from,to,judged,overridden,overrideRate',
    'LD,劳有所得,2026-11-08,2026-11-09,0,0,',
    'LD,劳有所得,2026-11-09,2026-11-16,0,0,',
    'LD,劳有所得,2026-11-16,2026-11-18,3,1,0.3333',
  ]);
});

t.test('what is refused', async (t) => {
  const { as } = await app(t);
  const assessor = await as('assessor');
  const bad: [string, ...string[]][] = [
    ['from=2026-11-01', 'to'],
    ['to=2026-11-01', 'from'],
    ['from=2026-11-02&to=2026-11-02', 'to'],
    ['from=2026-11-03&to=2026-11-02', 'to'],
    ['from=2026-02-30&to=2026-03-02', 'from'],
    ['from=2025-01-01&to=2026-01-03', 'to'],
    ['from=2026-01-01&to=2026-04-04&interval=day', 'interval'],
    ['by=street', 'by'],
    ['interval=year', 'interval'],
    ['level=4', 'level'],
    ['by=unit&level=1', 'level'],
    ['format=pdf', 'format'],
  ];
  for (const [query, ...paths] of bad)
    refused(t, query, await assessor.get(`/quality?${query}`), 400, 'VALIDATION_FAILED', ...paths);
  for (const query of [
    'from=2025-01-01&to=2026-01-02',
    'from=2026-01-01&to=2026-04-03&interval=day',
    'from=2025-01-01&to=2026-01-02&interval=week',
  ])
    t.equal((await assessor.get(`/quality?${query}`)).status, 200, query);
});
