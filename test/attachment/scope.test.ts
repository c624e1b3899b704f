/** Who sees an attachment, who may add one, who may withdraw it: by role, unit, and the caller's wish for secrecy. */
import t from 'tap';
import { type Caller, refused } from '../helper.ts';
import { jpeg } from '../media/samples.ts';
import { desk, file, lead, upload } from './form.ts';

const photo = (what: string) => file(jpeg(Buffer.from(`picture data of ${what}`), Buffer.from('told')), `${what}.jpg`);
const names = (items: { name: string }[]) => items.map(({ name }) => name.replace('.jpg', ''));

t.test('what each reader sees', async (t) => {
  const { operator, street, city, fileOne, as } = await desk(t);
  const { url, street: streetOrder, city: cityOrder } = await fileOne();
  const ids: Record<string, string> = {};
  for (const [what, by, place] of [
    ['caller', operator, url],
    ['street', street, streetOrder],
    ['city', city, cityOrder],
  ] as const) {
    const answer = await upload(by, `${place}/attachments`, photo(what));
    t.equal(answer.status, 201);
    ids[what] = answer.body.id;
  }
  const all = ['caller', 'street', 'city'];
  const readers: [string, Caller, string[] | null, string[] | null][] = [
    // [who, caller, of the complaint, of the street's order]
    ['operator', operator, all, ['caller', 'street']],
    ['dispatcher', await as('dispatcher'), all, ['caller', 'street']],
    ['callback', await as('callback'), all, ['caller', 'street']],
    ['assessor', await as('assessor'), ['street', 'city'], ['street']],
    ['admin', await as('admin'), ['street', 'city'], ['street']],
    ['auditor', await as('auditor'), ['street', 'city'], ['street']],
    ['the street', street, ['caller', 'street'], ['caller', 'street']],
    ['its manager', await as('manager', lead), ['caller', 'street'], ['caller', 'street']],
    ['the district above', await as('manager', '110105'), ['caller', 'street'], ['caller', 'street']],
    ['the department', city, ['caller', 'city'], null],
    ['another street', await as('handler', '110105001'), null, null],
    ['another district', await as('manager', '110101'), null, null],
    ['a channel that did not file it', await as('channel'), null, null],
  ];
  for (const [who, caller, ofComplaint, ofOrder] of readers) {
    const list = await caller.get(`${url}/attachments`);
    t.same(
      [list.status, list.body.items && names(list.body.items)],
      ofComplaint ? [200, ofComplaint] : [404, undefined],
      who,
    );
    const order = await caller.get(`${streetOrder}/attachments`);
    if (ofOrder !== null) t.same(names(order.body.items), ofOrder, `${who}, order`);
    else t.ok([403, 404].includes(order.status), `${who}, order`);
    if (ofComplaint !== null) t.same(names((await caller.get(url)).body.attachments), ofComplaint, `${who}, page`);
    if (ofOrder !== null)
      t.same(names((await caller.get(streetOrder)).body.attachments), ofOrder, `${who}, order's page`);
    for (const [what, id] of Object.entries(ids)) {
      const { status } = await caller.get(`/attachments/${id}`);
      t.equal(status, ofComplaint?.includes(what) ? 200 : 404, `${who} reads ${what}`);
    }
  }
  const analyst = await as('analyst');
  t.equal((await analyst.get(`${url}/attachments`)).status, 403);
  t.equal((await analyst.get(`/attachments/${ids.street}`)).status, 403);
  const page = await analyst.get(url);
  t.same(page.body.attachments, []);
  t.notMatch(page.text, /caller\.jpg|street\.jpg|city\.jpg/, 'no name in the history');
});

t.test('a caller who asked for secrecy', async (t) => {
  const { operator, street, fileOne, as } = await desk(t);
  const { url, street: order } = await fileOne({ caller: { phone: '19900001234', secret: true } });
  const { id } = (await upload(operator, `${url}/attachments`, photo('caller'))).body;
  await upload(street, `${order}/attachments`, photo('street'));
  const district = await as('manager', '110105');
  for (const [who, caller] of Object.entries({ street, district })) {
    t.same(names((await caller.get(url)).body.attachments), ['street'], who);
    t.same(names((await caller.get(order)).body.attachments), ['street'], who);
    t.equal((await caller.get(`/attachments/${id}`)).status, 404);
  }
  t.same(names((await operator.get(url)).body.attachments), ['caller', 'street']);
});

t.test('a channel and what it filed', async (t) => {
  const { street, fileOne, as } = await desk(t);
  const [channel, other] = [await as('channel'), await as('channel')];
  const { url, street: order } = await fileOne({}, channel);
  const { id } = (await upload(channel, `${url}/attachments`, photo('caller'))).body;
  await upload(street, `${order}/attachments`, photo('street'));
  t.same(names((await channel.get(`${url}/attachments`)).body.items), ['caller'], 'not what units add');
  t.equal((await channel.get(`/attachments/${id}`)).status, 200);
  refused(t, 'of others', await upload(other, `${url}/attachments`, photo('x')), 404, 'NOT_FOUND');
  refused(t, 'of others', await other.get(`/attachments/${id}`), 404, 'NOT_FOUND');
  refused(t, 'of others', await other.post(`/attachments/${id}/withdraw`, { reason: '错' }), 404, 'NOT_FOUND');
  t.equal((await channel.post(`/attachments/${id}/withdraw`, { reason: '错' })).status, 200);
});

t.test('who may add and withdraw', async (t) => {
  const { operator, street, city, fileOne, as } = await desk(t);
  const { url, street: order } = await fileOne();
  const district = await as('handler', '110105');
  refused(
    t,
    'to the order of a unit below',
    await upload(district, `${order}/attachments`, photo('x')),
    403,
    'FORBIDDEN',
  );
  refused(t, 'to the order of another', await upload(city, `${order}/attachments`, photo('x')), 404, 'NOT_FOUND');
  refused(t, 'an operator to an order', await upload(operator, `${order}/attachments`, photo('x')), 403, 'FORBIDDEN');
  refused(t, 'a unit to a complaint', await upload(street, `${url}/attachments`, photo('x')), 403, 'FORBIDDEN');
  const ofStreet = (await upload(await as('manager', lead), `${order}/attachments`, photo('street'))).body.id;
  const ofCaller = (await upload(operator, `${url}/attachments`, photo('caller'))).body.id;
  const withdraw = (caller: Caller, id: string) => caller.post(`/attachments/${id}/withdraw`, { reason: '传错了' });
  refused(t, 'the unit above', await withdraw(district, ofStreet), 403, 'FORBIDDEN');
  refused(t, 'another unit', await withdraw(city, ofStreet), 404, 'NOT_FOUND');
  refused(t, 'a unit, of the caller', await withdraw(street, ofCaller), 403, 'FORBIDDEN');
  refused(t, 'another role', await withdraw(await as('callback'), ofCaller), 403, 'FORBIDDEN');
  t.equal((await withdraw(street, ofStreet)).status, 200, 'a colleague of the same unit');
  t.equal((await withdraw(await as('operator'), ofCaller)).status, 200, 'another operator');
});
