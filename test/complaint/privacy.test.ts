/** Only who takes texts down or sorts them reads numbers in them: in the complaint, in its orders, in either history. */
import t from 'tap';
import { app, complaint, refused } from '../helper.ts';

t.test('numbers inside running text', async (t) => {
  const { as } = await app(t);
  const operator = await as('operator');
  const handler = await as('handler', '110105026');
  const text = '市民反映，朝阳区望京街道花家地西里三区物业公司长期不清运垃圾，物业服务差，请回电19900005678。';
  const { body } = await operator.post('/complaints', complaint({ text }));
  const { number, orders } = body;
  await handler.post(`/orders/${orders[0].id}/sign`);
  await handler.post(`/orders/${orders[0].id}/contact`, { way: 'phone', note: '已联系19900005678' });
  await handler.post(`/orders/${orders[0].id}/reply`, { result: 'resolved', text: '已电告19900005678。' });

  const analyst = await as('analyst');
  const assessor = await as('assessor');
  const looks = [
    ['analyst, list', await analyst.get('/complaints')],
    ['analyst, complaint', await analyst.get(`/complaints/${number}`)],
    ['assessor, complaint', await assessor.get(`/complaints/${number}`)],
    ['assessor, order', await assessor.get(`/orders/${orders[0].id}`)],
    ['unit, order', await handler.get(`/orders/${orders[0].id}`)],
    ['unit, complaint', await handler.get(`/complaints/${number}`)],
    ['unit, queue', await handler.get('/queue?status=replied')],
    ['call-back agent', await (await as('callback')).get('/callbacks')],
  ] as const;
  for (const [what, answer] of looks) {
    t.equal(answer.status, 200, what);
    t.match(answer.text, /199\*\*\*\*5678/, `${what}: masked`);
    t.notMatch(answer.text, /19900005678/, `${what}: not told`);
  }
  t.match((await operator.get(`/complaints/${number}`)).text, /19900005678/, 'who takes it down');
  const { body: whole } = await handler.post(`/complaints/${number}/unmask`, { reason: '回电' });
  t.match(whole.text, /19900005678/, 'the unit that must call asks for it');
});

t.test('numbers in what a unit asks of the desk', async (t) => {
  const { as } = await app(t);
  const { body } = await (await as('operator')).post('/complaints', complaint());
  const [{ id }] = body.orders;
  const handler = await as('handler', '110105026');
  await handler.post(`/orders/${id}/sign`);
  const asked = { reason: '诉求人19900005678说不在本街道', duty: '见清单，问19900005678' };
  t.equal((await handler.post(`/orders/${id}/return`, asked)).status, 200);
  const assessor = await as('assessor');
  for (const url of [`/orders/${id}`, `/complaints/${body.number}`]) {
    const { text } = await assessor.get(url);
    t.match(text, /199\*\*\*\*5678/);
    t.notMatch(text, /19900005678/, url);
  }
  t.match((await (await as('dispatcher')).get('/rulings')).body.items, [{ id, request: asked }]);
});

t.test('nobody finds a number in the words', async (t) => {
  const { as } = await app(t);
  const operator = await as('operator');
  const text = '市民反映，朝阳区望京街道花家地西里三区物业服务差，请回电19900005678，身份证110101199001011234。';
  await operator.post('/complaints', complaint({ text }));
  for (const caller of [operator, await as('analyst'), await as('handler', '110105026')]) {
    for (const q of ['19900005678', '110101199001011234'])
      refused(t, q, await caller.get(`/complaints?q=${q}`), 400, 'VALIDATION_FAILED', 'q');
    const { items } = (await caller.get(`/complaints?q=${encodeURIComponent('物业服务差 19900009999')}`)).body;
    t.equal(items.length, 1, 'the number is no word of the question');
  }
});
