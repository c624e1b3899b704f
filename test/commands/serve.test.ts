/** The service on its own PostgreSQL: data survive, a folder has one service, a crash leaves nothing in the way. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { freePort, run, start, untilReady } from './run.ts';

t.test('serve on the embedded PostgreSQL', { timeout: 400_000 }, async (t) => {
  const dir = path.join(t.testdir(), 'data');
  const port = await freePort();
  const env = { DATA_DIR: dir, PORT: String(port), LOG_LEVEL: 'info' };
  const url = `http://127.0.0.1:${port}`;

  const first = start(['serve'], env);
  t.teardown(() => first.process.kill('SIGKILL'));
  await untilReady(port, first);
  // The last command out stops the server, should this test fail half way.
  t.teardown(() => run(['migrate'], env));
  const made = await run(['token', 'create', '--role', 'operator'], env);
  t.match(made, { code: 0, out: /^jiesu_[\w-]{43}\n$/ }, 'a command uses the server that the service runs');
  const headers = { authorization: `Bearer ${made.out.trim()}`, 'content-type': 'application/json' };
  const body = JSON.stringify({
    channel: 'phone',
    text: '朝阳区望京街道花家地西里三区电梯坏了，物业一直不修',
    caller: { phone: '19900007777' },
  });
  const filed = await fetch(`${url}/api/v1/complaints`, { method: 'POST', headers, body });
  t.equal(filed.status, 201);
  const { number } = JSON.parse(await filed.text());

  for (const [page, text] of [
    ['/healthz', /ok/],
    ['/metrics', /jiesu_orders_overdue 0[\s\S]*jiesu_http_request_seconds_bucket/],
    ['/openapi.json', /fileComplaint/],
    ['/docs/', /swagger/i],
  ] as const) {
    const answer = await fetch(url + page);
    t.equal(answer.status, 200, page);
    t.match(await answer.text(), text);
  }

  const second = await run(['serve'], { ...env, PORT: String(await freePort()) });
  t.equal(second.code, 1, 'a second service on the folder is refused');
  t.match(second.err, /已被另一个 jiesu 服务使用/);

  first.process.kill('SIGKILL');
  await first.done;
  const again = start(['serve'], env);
  t.teardown(() => again.process.kill('SIGKILL'));
  await untilReady(port, again);
  const kept = await fetch(`${url}/api/v1/complaints/${number}`, { headers });
  t.match(await kept.json(), { number, status: 'dispatched' }, 'what was filed survives a crash of the service');

  again.process.kill('SIGTERM');
  const { code, err } = await again.done;
  t.equal(code, 0, 'stops in order');
  t.match(err, /jiesu has stopped/);
  t.notMatch(err, /19900007777|望京/, 'logs hold no personal data and no text');
  t.throws(() => readFileSync(path.join(dir, 'postgres/postmaster.pid')), 'the database has stopped with it');
});

t.test('a running request is finished before the service stops', { timeout: 180_000 }, async (t) => {
  const dir = path.join(t.testdir(), 'data');
  const port = await freePort();
  const env = { DATA_DIR: dir, PORT: String(port), LOG_LEVEL: 'warn' };
  const service = start(['serve'], env);
  // Not left running where the test fails half way, and its database neither.
  t.teardown(async () => {
    service.process.kill('SIGKILL');
    await service.done;
    await run(['migrate'], env);
  });
  await untilReady(port, service);
  const token = (await run(['token', 'create', '--role', 'operator'], env)).out.trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ channel: 'phone', text: '朝阳区望京街道花家地西里三区电梯坏了，物业一直不修' });
  const sent = Array.from({ length: 40 }, () =>
    fetch(`http://127.0.0.1:${port}/api/v1/complaints`, { method: 'POST', headers, body }),
  );
  await Promise.race(sent);
  service.process.kill('SIGTERM');
  const answers = await Promise.allSettled(sent);
  const codes = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.status : 'not taken'));
  t.equal((await service.done).code, 0);
  t.ok(
    codes.every((code) => code === 201 || code === 'not taken'),
    `each was answered or not taken: ${[...new Set(codes)]}`,
  );
  t.ok(codes.filter((code) => code === 201).length >= 1);
});
