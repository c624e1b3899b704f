/** GET /triage: what waits, in which order, with what the machine suggests, and how many wait. */
import t from 'tap';
import { app, type Caller, complaint, refused, type T } from '../helper.ts';

/** Nothing in these words says what it is about, so it waits whatever the model. */
const vague = '你好，我想说一件事情。';

async function desk(t: T) {
  const service = await app(t);
  const operator = await service.as('operator');
  const dispatcher = await service.as('dispatcher');
  const wait = async (changes: object = {}, by: Caller = operator) => {
    const { body } = await by.post('/complaints', complaint({ text: vague, ...changes }));
    t.equal(body.status, 'triage');
    return String(body.number);
  };
  const numbers = (answer: { body: { items: { number: string }[] } }) => answer.body.items.map(({ number }) => number);
  return { ...service, operator, dispatcher, wait, numbers };
}

t.test('the most urgent level first, in it the longest waiting', async (t) => {
  const { wait, dispatcher, operator, clock, numbers } = await desk(t);
  const slow = await wait({ level: 'L4' });
  clock.forward(10);
  const usual = await wait({ level: 'L3' });
  clock.forward(10);
  const urgent = await wait({ level: 'L1' });
  clock.forward(10);
  const later = await wait({ level: 'L3' });
  await operator.post('/complaints', complaint({ text: vague, disposition: 'redirected' }));
  t.same(numbers(await dispatcher.get('/triage')), [urgent, usual, later, slow]);
  await dispatcher.post(`/complaints/${urgent}/dispatch`, { lead: '110105', reason: '属地' });
  t.same(numbers(await dispatcher.get('/triage')), [usual, later, slow], 'what was sent waits no longer');
});

t.test('pages', async (t) => {
  const { wait, dispatcher, clock, numbers } = await desk(t);
  const all: string[] = [];
  for (let n = 0; n < 7; n += 1) {
    all.push(await wait({ level: n < 3 ? 'L2' : 'L3' }));
    // Two of the same instant: the number decides.
    if (n % 2 === 0) clock.forward(1);
  }
  const seen: string[] = [];
  for (let next: string | null = '', n = 0; next !== null && n < 9; n += 1) {
    const page = await dispatcher.get(`/triage?limit=2${next && `&cursor=${next}`}`);
    seen.push(...numbers(page));
    next = page.body.next;
  }
  t.same(seen, all);
  const { next } = (await dispatcher.get('/triage?limit=2')).body;
  refused(t, 'of another question', await dispatcher.get(`/triage?level=L2&cursor=${next}`), 400, 'INVALID_CURSOR');
  refused(t, 'none of ours', await dispatcher.get('/triage?cursor=abc'), 400, 'INVALID_CURSOR');
});

t.test('filters and counts', async (t) => {
  const { wait, dispatcher, clock, numbers } = await desk(t);
  const mail = await wait({ channel: 'mail', level: 'L2', district: '110105' });
  const web = await wait({ channel: 'web', level: 'L3', district: '110106' });
  clock.forward(121);
  const late = await wait({ channel: 'mail', level: 'L2', district: '110106' });
  const found = async (query: string) => numbers(await dispatcher.get(`/triage?${query}`));
  t.same(await found('channel=mail'), [mail, late]);
  t.same(await found('district=110106'), [late, web]);
  t.same(await found('level=L3'), [web]);
  t.same(await found('level=L1'), []);
  t.same(await found('level=L2&district=110105&channel=mail'), [mail]);
  const counts = async (query: string) =>
    (await dispatcher.get(`/triage?${query}`)).body.counts.map((one: Record<string, unknown>) => [
      one.level,
      one.waiting,
      one.overdue,
    ]);
  // L2 is to be dispatched within 120 minutes: the first has waited 121.
  t.same(await counts(''), [
    ['L1', 0, 0],
    ['L2', 2, 1],
    ['L3', 1, 0],
    ['L4', 0, 0],
  ]);
  t.same((await counts('district=110106&level=L3'))[1], ['L2', 1, 0], 'the level asked for does not narrow the counts');
  const bad = await dispatcher.get('/triage?level=L9&district=110105026');
  refused(t, 'level and district that are none', bad, 400, 'VALIDATION_FAILED', 'level', 'district');
});

t.test('a row says what the machine thinks, and why it did not act', async (t) => {
  const { wait, dispatcher, operator, clock } = await desk(t);
  const caller = { name: '钱乙', phone: '19900007777', secret: true };
  const number = await wait({ level: 'L2', caller, text: '八里庄的事情，请回电19900005678。' });
  const { classification } = (await operator.get(`/complaints/${number}`)).body;
  clock.forward(45);
  const { items } = (await dispatcher.get('/triage')).body;
  t.match(items, [
    {
      number,
      channel: 'phone',
      level: 'L2',
      levelReason: '人工指定',
      receivedAt: '2026-11-22T12:00:00+08:00',
      dispatchDueAt: '2026-11-22T14:00:00+08:00',
      waitedMinutes: 45,
      overdue: false,
      caller: { name: '钱**', phone: '199****7777', secret: true, masked: true },
      suggestion: { need: classification.need, place: classification.place, reason: /，转人工研判/ },
      similar: [],
    },
  ]);
  const { matter, place, lead } = items[0].suggestion;
  t.same([matter.code, matter.alternatives.length], [classification.matter.code, 2], 'the first three');
  t.equal(place.status, 'ambiguous');
  t.ok(place.candidates.length >= 2, 'with the streets it may be');
  t.same(lead, classification.dispatch.lead);
  clock.forward(75);
  t.equal((await dispatcher.get('/triage')).body.items[0].overdue, false, 'at the last minute');
  clock.forward(1);
  t.equal((await dispatcher.get('/triage')).body.items[0].overdue, true);
});

t.test('what is similar stands beside it', async (t) => {
  const { wait, dispatcher, clock } = await desk(t);
  const text = '你好，我想说一件望京街道花家地西里的事情。';
  const first = await wait({ text, matter: undefined });
  clock.forward(5);
  const second = await wait({ text });
  const { items } = (await dispatcher.get('/triage')).body;
  t.same(
    items.map(({ number }: { number: string }) => number),
    [first, second],
  );
  t.match(items[1].similar, [{ number: first, why: /同一来电号码/ }]);
});
