/** What takes too long in the database, its wait for another included, is broken off and says so; nothing of it is kept. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, complaint, noon, refused } from '../helper.ts';

t.test('an action that waits too long for another', async (t) => {
  const service = await app(t, noon, { statementMs: 300 });
  const { body } = await (await service.as('operator')).post('/complaints', complaint());
  const unit = await service.as('handler', '110105026');
  const [{ id }] = body.orders;
  const history = async () => (await unit.get(`/orders/${id}`)).body.history;
  const before = await history();
  await service.connection.db.transaction(async (tx) => {
    await tx.execute(sql`select from orders where id = ${Number(id)} for update`);
    refused(t, 'another holds the order', await unit.post(`/orders/${id}/sign`, {}), 503, 'QUERY_TIMEOUT');
  });
  t.same(await history(), before, 'nothing of it is kept');
  t.equal((await unit.post(`/orders/${id}/sign`, {})).status, 200, 'and then it goes through');
});
