/** Sealed cells: they open with their key in their place, and nowhere else; telephone numbers are one however they are written. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import {
  blind,
  derive,
  fingerprint,
  keyOfCell,
  openCell,
  parseKey,
  plainPhone,
  sealCell,
  unwrapKey,
  wrapKey,
} from '../../src/keys/sealing.ts';

const key = { id: 7, key: Buffer.alloc(32, 1) };
const nonce = Buffer.alloc(12, 3);
const text = fc.string({ unit: 'grapheme', maxLength: 60 });

t.test('what is sealed opens again, and says which key it needs', (t) => {
  fc.assert(
    fc.property(text, text, fc.integer({ min: 1, max: 2 ** 32 - 1 }), (place, words, id) => {
      const cell = sealCell({ ...key, id }, place, words, nonce);
      return keyOfCell(cell) === id && openCell({ ...key, id }, place, cell) === words;
    }),
  );
  t.end();
});

t.test('a cell that is changed in any bit, moved, or opened with another key does not open', (t) => {
  const cell = sealCell(key, 'callers phone 1', '19900001234', nonce);
  t.notMatch(cell.toString('latin1'), /1990000/);
  fc.assert(
    fc.property(fc.integer({ min: 5, max: cell.length - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const changed = Buffer.from(cell);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
      t.throws(() => openCell(key, 'callers phone 1', changed), { code: 'KEYS_UNUSABLE' });
    }),
  );
  for (const place of ['callers phone 2', 'callers name 1', 'callers phone 11', ''])
    t.throws(() => openCell(key, place, cell), /改动或移动/, place);
  t.throws(() => openCell({ id: 8, key: key.key }, 'callers phone 1', cell), /改动或移动/, 'another number of key');
  t.throws(() => openCell({ id: 7, key: Buffer.alloc(32, 2) }, 'callers phone 1', cell), /改动或移动/);
  for (const broken of [Buffer.alloc(0), cell.subarray(0, 20), Buffer.concat([Buffer.from([9]), cell.subarray(1)])])
    t.throws(() => keyOfCell(broken), /格式/);
  t.end();
});

t.test('keys are wrapped for one purpose by one master key', (t) => {
  const [master, other] = [randomBytes(32), randomBytes(32)];
  const wrapped = wrapKey(master, 'cells', key.key, nonce);
  t.ok(unwrapKey(master, 'cells', wrapped).equals(key.key));
  t.throws(() => unwrapKey(other, 'cells', wrapped), /主密钥/);
  t.throws(() => unwrapKey(master, 'index', wrapped), /主密钥/);
  t.not(fingerprint(master), fingerprint(other));
  t.end();
});

t.test('a key as text', (t) => {
  const good = randomBytes(32);
  t.ok(parseKey(` ${good.toString('base64')}\n`, 'X').equals(good));
  for (const bad of [
    '',
    'short',
    randomBytes(31).toString('base64'),
    `${good.toString('base64')}!`,
    good.toString('hex'),
  ])
    t.throws(() => parseKey(bad, 'MASTER_KEY'), { code: 'KEYS_UNUSABLE', message: /^MASTER_KEY 应为 32 字节/ }, bad);
  t.end();
});

t.test('one number, however it is written', (t) => {
  const secret = derive(Buffer.alloc(32, 5), 'phone');
  const index = (phone: string) => blind(secret, plainPhone(phone) ?? '').toString('hex');
  for (const phone of ['19900001234', '+8619900001234', '199-0000-1234', '(199)00001234'])
    t.equal(index(phone), index('19900001234'), phone);
  for (const phone of ['19900001235', '010-00001234', '1234']) t.not(index(phone), index('19900001234'), phone);
  t.equal(plainPhone('+()-'), null);
  t.end();
});
