/** Those who need no person read no number of one: in the complaint, in its orders, nor in either history. */
import t from 'tap';
import { app, complaint } from '../helper.ts';

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
  ] as const;
  for (const [what, answer] of looks) {
    t.equal(answer.status, 200, what);
    t.match(answer.text, /199\*\*\*\*5678/, `${what}: masked`);
    t.notMatch(answer.text, /19900005678/, `${what}: not told`);
  }
  t.match((await handler.get(`/orders/${orders[0].id}`)).text, /19900005678/, 'the unit must call');
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
