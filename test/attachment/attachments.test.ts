/** Attachments that are taken: there and back, kept once, cleaned, listed, withdrawn. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { refused, stored } from '../helper.ts';
import { gif, heic, jpeg, jpegPicture, m4a, plain, png, webp } from '../media/samples.ts';
import { desk, file, form, formType, kept, upload } from './form.ts';

const told = Buffer.from('GPS 39.9N 116.4E');
const data = Buffer.from('picture data of some length');
const photo = jpeg(data, told);

t.test('there and back', async (t) => {
  const service = await desk(t);
  const { operator, fileOne, app, clock } = service;
  const { url } = await fileOne();
  clock.forward(5);
  const answer = await upload(operator, `${url}/attachments`, file(photo, '楼道 照片.JPEG'), '来电人发来');
  t.match(answer, {
    status: 201,
    body: {
      order: null,
      unit: null,
      name: '楼道 照片.jpg',
      type: 'image/jpeg',
      note: '来电人发来',
      at: '2026-11-22T12:05:00+08:00',
      by: /^operator#\d+$/,
      withdrawn: null,
    },
  });
  const { id, sha256, size } = answer.body;
  t.same(
    kept(service),
    [`${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`],
    'kept under its hash, nothing else left',
  );

  const headers = { authorization: `Bearer ${operator.token}` };
  const got = await app.inject({ url: `/api/v1/attachments/${id}`, headers });
  t.equal(got.statusCode, 200);
  t.match(got.headers, {
    'content-type': 'image/jpeg',
    'content-length': String(size),
    'content-disposition': "attachment; filename*=UTF-8''%E6%A5%BC%E9%81%93%20%E7%85%A7%E7%89%87.jpg",
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'private, no-cache',
    etag: `"${sha256}"`,
  });
  t.equal(createHash('sha256').update(got.rawPayload).digest('hex'), sha256, 'the hash is of what is handed out');
  t.ok(got.rawPayload.includes(jpegPicture(data)), 'the picture');
  t.notOk(got.rawPayload.includes('GPS'), 'without its place');
  const again = await app.inject({
    url: `/api/v1/attachments/${id}`,
    headers: { ...headers, 'if-none-match': `"${sha256}"` },
  });
  t.match(again, { statusCode: 304, payload: '' });
  t.equal((await app.inject({ method: 'HEAD', url: `/api/v1/attachments/${id}`, headers })).statusCode, 200);

  const page = (await operator.get(url)).body;
  t.match(page.attachments, [{ id, sha256 }], 'on the page of the complaint');
  t.match(page.timeline.at(-1), { action: 'attach', data: { attachment: id, type: 'image/jpeg', size, sha256 } });
  t.notMatch(JSON.stringify(page.timeline), /照片|来电人/, 'its name and note are not for all who read the history');
});

t.test('every kind', async (t) => {
  const service = await desk(t);
  const { operator, fileOne } = service;
  const { url } = await fileOne();
  const pictures = {
    jpg: photo,
    png: png(data, told),
    webp: webp(data, told),
    gif: gif(data, told),
    heic: heic(data, told),
  };
  const all = { ...pictures, m4a: m4a(data, told), ...plain };
  for (const [extension, body] of Object.entries(all)) {
    const answer = await upload(operator, `${url}/attachments`, file(body, '没有扩展名'));
    t.match(answer, { status: 201, body: { name: `没有扩展名.${extension}` } }, extension);
    const got = await operator.get(`/attachments/${answer.body.id}`);
    t.match(got, { status: 200, headers: { 'content-type': answer.body.type } });
    t.notMatch(got.text, /GPS/, `${extension}: no place`);
  }
  t.equal((await operator.get(`${url}/attachments`)).body.items.length, Object.keys(all).length);
});

t.test('a picture that is a page as well is saved, never shown', async (t) => {
  const { operator, fileOne } = await desk(t);
  const { url } = await fileOne();
  // In the picture's own data nothing can be taken out.
  const both = gif(Buffer.from('<html><script>alert(1)</script></html>'), Buffer.from('<script>alert(2)</script>'));
  const { body } = await upload(operator, `${url}/attachments`, file(both, 'x.html'));
  const { headers, text } = await operator.get(`/attachments/${body.id}`);
  t.match(headers, {
    'content-type': 'image/gif',
    'content-disposition': "attachment; filename*=UTF-8''x.html.gif",
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  });
  t.match(text, /alert\(1\)/);
  t.notMatch(text, /alert\(2\)/, 'comments and what follows the end are gone');
});

t.test('the same bytes are kept once, and a retry is answered with what is there', async (t) => {
  const service = await desk(t);
  const { operator, street, fileOne, connection, ctx } = service;
  const [one, other] = [await fileOne(), await fileOne({ text: '另一部电梯也把人困住了。' })];
  const first = await upload(operator, `${one.url}/attachments`, file(photo));
  const path = join(ctx.files.incoming, '..', kept(service)[0] ?? '');
  const { ino } = statSync(path);
  const before = await stored(connection);
  // The metadata of another telephone is gone before it is compared.
  const retry = await upload(
    operator,
    `${one.url}/attachments`,
    file(jpeg(data, Buffer.from('GPS of another')), 'b.jpg'),
  );
  t.match(retry, { status: 200, body: first.body });
  t.same(await stored(connection), before, 'no row, no event');
  const elsewhere = [
    await upload(operator, `${other.url}/attachments`, file(photo)),
    await upload(street, `${one.street}/attachments`, file(photo)),
  ];
  t.same(
    elsewhere.map(({ status, body }) => [status, body.sha256]),
    Array(2).fill([201, first.body.sha256]),
  );
  t.equal(kept(service).length, 1);
  t.equal(statSync(path).ino, ino, 'written once');
  const many = await Promise.all(
    Array.from({ length: 6 }, () => upload(operator, `${one.url}/attachments`, file(plain.pdf, 'a.pdf'))),
  );
  t.same(many.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 201], 'at once');
  t.equal(kept(service).length, 2);
});

t.test('withdrawn', async (t) => {
  const { operator, street, fileOne, as, connection, clock } = await desk(t);
  const { url, street: order } = await fileOne();
  const { id } = (await upload(street, `${order}/attachments`, file(photo))).body;
  refused(
    t,
    'without a reason',
    await street.post(`/attachments/${id}/withdraw`, {}),
    400,
    'VALIDATION_FAILED',
    'reason',
  );
  refused(t, 'by another', await operator.post(`/attachments/${id}/withdraw`, { reason: '错' }), 403, 'FORBIDDEN');
  clock.forward(1);
  const answer = await street.post(`/attachments/${id}/withdraw`, { reason: '传错了' });
  const withdrawn = { at: '2026-11-22T12:01:00+08:00', by: /^handler#/, reason: '传错了' };
  t.match(answer, { status: 200, body: { id, withdrawn } });
  refused(t, 'its bytes', await street.get(`/attachments/${id}`), 404, 'NOT_FOUND');
  refused(t, 'twice', await street.post(`/attachments/${id}/withdraw`, { reason: '错' }), 409, 'ILLEGAL_ACTION');
  t.match(
    (await street.get(`${order}/attachments`)).body.items,
    [{ id, withdrawn }],
    'that it was there is still told',
  );
  t.match((await operator.get(url)).body.timeline.at(-1), { action: 'withdraw-attachment', data: { attachment: id } });
  const again = await upload(street, `${order}/attachments`, file(photo));
  t.match(again, { status: 201 }, 'the same file anew');
  t.equal((await street.get(`/attachments/${again.body.id}`)).status, 200, 'its bytes are still there');
  const dispatcher = await as('dispatcher');
  t.equal((await dispatcher.post(`/attachments/${again.body.id}/withdraw`, { reason: '含个人信息' })).status, 200);
  for (const change of [
    sql`update attachments set name = 'x'`,
    sql`update attachments set withdrawn_at = now()`,
    sql`delete from attachments`,
  ])
    await t.rejects(connection.db.execute(change), { cause: { code: '23001' } }, 'history is not edited');
});

t.test('at most thirty', async (t) => {
  const service = await desk(t);
  const { operator, street, fileOne } = service;
  const { url, street: order } = await fileOne();
  const nth = (n: number) => file(`%PDF-1.7\n${n}`, `${n}.pdf`);
  for (let n = 0; n < 28; n += 1) t.equal((await upload(operator, `${url}/attachments`, nth(n))).status, 201);
  const last = await Promise.all([28, 29, 30, 31].map((n) => upload(operator, `${url}/attachments`, nth(n))));
  t.same(
    last.map(({ status }) => status).sort(),
    [201, 201, 409, 409],
    'whoever comes last, when several come at once',
  );
  const items = (await operator.get(`${url}/attachments`)).body.items;
  refused(t, 'one more', await upload(operator, `${url}/attachments`, nth(40)), 409, 'TOO_MANY_ATTACHMENTS');
  t.equal((await upload(street, `${order}/attachments`, nth(40))).status, 201, 'an order has its own thirty');
  await operator.post(`/attachments/${items[0].id}/withdraw`, { reason: '重复' });
  t.equal((await upload(operator, `${url}/attachments`, nth(41))).status, 201, 'what is withdrawn does not count');
});

t.test('evidence and reply at once', async (t) => {
  const { street, fileOne } = await desk(t);
  for (let round = 0; round < 5; round += 1) {
    const { street: order } = await fileOne();
    await street.post(`${order}/sign`);
    const answers = await Promise.all([
      street.post(`${order}/reply`, { result: 'resolved', text: '已处理。' }),
      upload(street, `${order}/attachments`, file(photo)),
      upload(street, `${order}/attachments`, file(plain.pdf)),
    ]);
    t.same(
      answers.map(({ status }) => status),
      [200, 201, 201],
      'neither waits for the other in a ring',
    );
  }
});

t.test('a note before the file', async (t) => {
  const { operator, fileOne } = await desk(t);
  const { url } = await fileOne();
  const body = form({ name: 'note', body: '先说' }, file(photo));
  t.match(await operator.post(`${url}/attachments`, body, formType), { status: 201, body: { note: '先说' } });
});
