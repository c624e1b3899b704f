/**
 * The object store, against a real server of its protocol that checks signatures (s3rver), and attachments kept in it; and
 * how the environment names a place.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { readConfig } from '../../src/config.ts';
import { openFiles } from '../../src/files/open.ts';
import { file, upload } from '../attachment/form.ts';
import { app, complaint, refused, stored } from '../helper.ts';
import { jpeg } from '../media/samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'jiesu-s3-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the server with one empty bucket; its address. */
async function startStore(): Promise<{ endpoint: string; store: ChildProcess }> {
  const script = `
    const S3rver = require('@20minutes/s3rver');
    new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: process.argv[1], configureBuckets: [{ name: 'jiesu' }] })
      .run().then(({ port }) => console.log(port));`;
  const store = spawn(process.execPath, ['-e', script, join(folder, 'store')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    store.stdout?.once('data', (line) => resolve(String(line).trim()));
    store.once('exit', () => reject(new Error('the object store did not start')));
  });
  return { endpoint: `http://127.0.0.1:${port}`, store };
}

const { endpoint, store } = await startStore();
t.teardown(() => store.kill());

const settings = {
  ATTACHMENTS: 's3://jiesu/files',
  S3_ENDPOINT: endpoint,
  S3_ACCESS_KEY_ID: 'S3RVER',
  S3_SECRET_ACCESS_KEY: 'S3RVER',
  DATA_DIR: folder,
};
const open = (changes: Record<string, string | undefined> = {}) => openFiles(readConfig({ ...settings, ...changes }));

function write(bytes: Buffer): { sha256: string; path: string; size: number } {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = join(folder, sha256.slice(0, 8));
  writeFileSync(path, bytes);
  return { sha256, path, size: bytes.length };
}

t.test('put and open', async (t) => {
  const files = open();
  for (const bytes of [Buffer.from('small'), Buffer.alloc(6 * 1024 * 1024, 'large')]) {
    const { sha256, path, size } = write(bytes);
    await files.put(sha256, path, { size, type: 'image/png' });
    await files.put(sha256, path, { size, type: 'image/png' });
    t.ok((await buffer(await files.open(sha256))).equals(bytes), `${size} bytes, there and back`);
  }
  await t.rejects(files.open('0'.repeat(64)), { code: 'S3_404' });
  const names = readdirSync(join(folder, 'store', 'jiesu'), { recursive: true, encoding: 'utf8' });
  t.ok(
    names.some((name) => /^files\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{64}/.test(name)),
    'below the prefix, by hash',
  );
});

t.test('what the store refuses, and a store that is not there', async (t) => {
  const { sha256, path, size } = write(Buffer.from('another'));
  const about = { size, type: 'image/png' };
  await t.rejects(
    open({ S3_SECRET_ACCESS_KEY: 'wrong' }).put(sha256, path, about),
    { code: 'S3_403' },
    'a wrong signature',
  );
  await t.rejects(open({ ATTACHMENTS: 's3://none' }).put(sha256, path, about), { code: 'S3_404' }, 'no such bucket');
  const gone = open({ S3_ENDPOINT: 'http://127.0.0.1:1' });
  await t.rejects(gone.put(sha256, path, about), { code: 'UNAVAILABLE' });
  await t.rejects(gone.open(sha256), { code: 'UNAVAILABLE' });
});

t.test('attachments in it', async (t) => {
  const photo = file(jpeg(Buffer.from('picture data of some length'), Buffer.from('told')));
  const service = await app(t, undefined, { files: open() });
  const operator = await service.as('operator');
  const { number } = (await operator.post('/complaints', complaint())).body;
  const { status, body } = await upload(operator, `/complaints/${number}/attachments`, photo);
  t.equal(status, 201);
  const headers = { authorization: `Bearer ${operator.token}` };
  const got = await service.app.inject({ url: `/api/v1/attachments/${body.id}`, headers });
  t.equal(createHash('sha256').update(got.rawPayload).digest('hex'), body.sha256);
  t.same(readdirSync(join(folder, 'attachments', 'incoming')), [], 'nothing is left on the way');

  const cut = await app(t, undefined, { files: open({ S3_ENDPOINT: 'http://127.0.0.1:1' }) });
  const other = await cut.as('operator');
  const filed = (await other.post('/complaints', complaint())).body;
  const before = await stored(cut.connection);
  const answer = await upload(other, `/complaints/${filed.number}/attachments`, photo);
  refused(t, 'without a store', answer, 503, 'UNAVAILABLE');
  t.same(await stored(cut.connection), before, 'nothing stored');
});

t.test('how the environment names a place', async (t) => {
  t.equal(openFiles(readConfig({ DATA_DIR: '/data' })).incoming, '/data/attachments/incoming');
  t.equal(openFiles(readConfig({ ATTACHMENTS: '/shared' })).incoming, '/shared/incoming');
  t.throws(() => open({ S3_ENDPOINT: undefined }), /S3_ENDPOINT/);
  t.throws(() => open({ S3_ACCESS_KEY_ID: undefined }), /S3_ACCESS_KEY_ID/);
  t.throws(() => open({ ATTACHMENTS: 'gs://jiesu' }), /ATTACHMENTS/);
  t.throws(() => open({ S3_ENDPOINT: 'ftp://x' }), /S3_ENDPOINT/);
});
