/** The report of the three rates from whole lives, against figures counted by hand. */
import t from 'tap';
import { app, complaint, type TestApp } from '../helper.ts';

interface Life {
  /** When the caller answered; null: he never did. */
  answered: string | null;
  received: string;
  street?: string;
  type?: string;
  resolved?: boolean;
  satisfaction?: string;
  contacted?: boolean;
}

const wangjing = '110105026';
const maizidian = '110105012';

/** Files, handles and calls back one complaint, each at its own time. */
async function live({ as, clock }: TestApp, life: Life): Promise<void> {
  const { answered, received, street = wangjing, type = 'complain' } = life;
  clock.now = new Date(received);
  const operator = await as('operator');
  const request = complaint({ text: '物业公司长期不清运垃圾，物业服务差', street, type, matter: 'M05.03.02' });
  const { body } = await operator.post('/complaints', request);
  const [{ id, unit }] = body.orders;
  if (answered === null) return;
  clock.now = new Date(Math.max(Date.parse(received), Date.parse(answered) - 3_600_000));
  const handler = await as('handler', unit.code);
  await handler.post(`/orders/${id}/sign`);
  await handler.post(`/orders/${id}/reply`, { result: 'resolved', text: '已处理。' });
  const agent = await as('callback');
  const due = await agent.get('/callbacks?limit=500');
  const callback = due.body.items.find((one: { orderId: string }) => one.orderId === id);
  clock.now = new Date(answered);
  const { contacted = true, resolved = true, satisfaction = 'satisfied' } = life;
  await agent.post(`/callbacks/${callback.id}/attempts`, {
    way: 'phone',
    reached: true,
    contacted,
    resolved,
    satisfaction,
  });
}

const lives: Life[] = [
  { received: '2026-10-19T00:00:00+08:00', answered: '2026-10-22T10:00:00+08:00' },
  {
    received: '2026-10-20T10:00:00+08:00',
    answered: '2026-10-25T10:00:00+08:00',
    resolved: false,
    satisfaction: 'basic',
  },
  {
    received: '2026-10-20T11:00:00+08:00',
    answered: '2026-10-25T11:00:00+08:00',
    contacted: false,
    satisfaction: 'dissatisfied',
  },
  // Eleven days from receipt to answer: replied too late for seven.
  {
    received: '2026-10-21T10:00:00+08:00',
    answered: '2026-11-01T10:00:00+08:00',
    street: maizidian,
    satisfaction: 'basic',
  },
  { received: '2026-10-30T10:00:00+08:00', answered: null, street: maizidian },
  // A question counts in all, but is not assessed.
  { received: '2026-10-31T10:00:00+08:00', answered: '2026-11-02T10:00:00+08:00', type: 'consult' },
  // Received in the period, answered in the next.
  { received: '2026-11-18T23:59:59+08:00', answered: '2026-11-19T00:00:00+08:00' },
  // Received before the period, answered in its last second.
  {
    received: '2026-10-18T23:59:59+08:00',
    answered: '2026-11-18T23:59:59+08:00',
    resolved: false,
    satisfaction: 'dissatisfied',
  },
];

t.test('the figures of a period', async (t) => {
  const world = await app(t);
  for (const life of lives) await live(world, life);
  world.clock.now = new Date('2026-11-20T09:00:00+08:00');
  const analyst = await world.as('analyst');
  const get = async (query: string) => (await analyst.get(`/reports/rates?${query}`)).body;

  const all = await get('period=2026-11&by=street');
  t.match(all.period, { code: '2026-11', from: '2026-10-19T00:00:00+08:00', to: '2026-11-19T00:00:00+08:00' });
  const row = (report: typeof all, key: string) => report.items.find((one: { key: string }) => one.key === key);
  // 望京: received 10-19, 10-20 twice, 10-31, 11-18; valid: the first three, the question, and the one of 10-18.
  t.match(row(all, wangjing), {
    volume: 5,
    valid: 5,
    contacted: 4,
    resolved: 3,
    satisfied: 2,
    basic: 1,
    dissatisfied: 2,
  });
  // (2 + 0.9) / 5; (0.1 × 4/5 + 0.5 × 3/5 + 0.4 × 0.58) × 100
  t.match(row(all, wangjing), {
    responseRate: 0.8,
    resolutionRate: 0.6,
    satisfactionRate: 0.58,
    composite: 61.2,
    meetsTarget: false,
  });
  t.match(row(all, maizidian), {
    volume: 2,
    valid: 1,
    resolved: 1,
    satisfactionRate: 0.9,
    onTimeRate: 0,
    meetsTarget: true,
  });
  t.match(all.total, { volume: 7, valid: 6, contacted: 5, resolved: 4, resolutionRate: 0.6667, small: true });
  t.match(all.mean, { resolutionRate: 0.8 }, 'the mean of 0.6 and 1 is not the pooled 4/6');

  const assessed = await get('period=2026-11&by=street&basis=assessed');
  t.match(row(assessed, wangjing), { volume: 4, valid: 4, resolved: 2, resolutionRate: 0.5, excluded: { consult: 1 } });
  t.same(row(all, wangjing).excluded, {});

  const next = await get('period=2026-12&by=unit');
  t.match(next.items, [{ key: wangjing, volume: 0, valid: 1, resolutionRate: 1 }]);

  for (const by of ['unit', 'district', 'kind', 'matter', 'need', 'channel', 'type', 'level', 'day']) {
    const report = await get(`period=2026-11&by=${by}`);
    t.match(report.total, { volume: 7, valid: 6, resolved: 4, resolutionRate: 0.6667 }, `the same total by ${by}`);
  }
  const days = await get('from=2026-10-20&to=2026-10-26&by=day');
  t.match(days.items, [
    { key: '2026-10-20', volume: 2, valid: 0, resolutionRate: null, meetsTarget: null },
    { key: '2026-10-21', volume: 1, valid: 0 },
    { key: '2026-10-22', volume: 0, valid: 1 },
    { key: '2026-10-25', volume: 0, valid: 2, resolutionRate: 0.5 },
  ]);

  const csv = await analyst.get('/reports/rates?period=2026-11&by=street&format=csv&bom=1');
  t.match(csv.headers['content-type'], /^text\/csv/);
  t.equal(csv.text.charCodeAt(0), 0xfeff);
  t.match(csv.text, /110105026,望京街道,5,/);

  const manager = await world.as('manager', maizidian);
  const own = await manager.get('/reports/rates?period=2026-11&by=unit');
  t.same(
    own.body.items.map(({ key }: { key: string }) => key),
    [maizidian],
    'a manager sees his own unit',
  );
  const district = await world.as('manager', '110105');
  t.equal((await district.get('/reports/rates?period=2026-11&by=unit')).body.items.length, 2, 'a district its streets');
  t.equal((await manager.get(`/reports/rates?unit=${wangjing}`)).status, 403);
});
