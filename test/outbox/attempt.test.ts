/** How long a delivery is tried, what failures are called, and how a message is signed and worded. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { answered, failureOf, maxAttempts, retryAt } from '../../src/outbox/attempt.ts';
import { bodyOf } from '../../src/outbox/message.ts';
import { formatSecret, signedHeaders } from '../../src/outbox/signature.ts';
import { noon } from '../helper.ts';

t.test('twelve attempts over more than a day', async (t) => {
  const shares = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    minLength: maxAttempts,
    maxLength: maxAttempts,
  });
  fc.assert(
    fc.property(shares, (shares) => {
      let now = noon;
      let attempts = 1;
      for (const share of shares) {
        const next = retryAt(attempts, noon, now, share);
        if (next === null) break;
        if (next <= now) return false;
        now = next;
        attempts += 1;
      }
      const hours = (now.getTime() - noon.getTime()) / 3_600_000;
      return attempts === maxAttempts && hours >= 24 && hours < 48;
    }),
  );
  t.same(retryAt(1, noon, noon, 0), new Date(noon.getTime() + 10_000), 'first after ten seconds');
  const late = new Date(noon.getTime() + 72 * 3_600_000);
  t.equal(retryAt(2, noon, late, 0), null, 'not after three days, however few attempts there were');
});

t.test('what came of an attempt', async (t) => {
  for (const status of [200, 201, 204, 299]) t.equal(answered(status, 1).failure, null, String(status));
  for (const status of [199, 301, 302, 307, 400, 401, 404, 410, 429, 500, 503])
    t.equal(answered(status, 1).failure, 'status', String(status));
  const codes = {
    ETIMEDOUT: 'timeout',
    ECONNREFUSED: 'refused',
    ENOTFOUND: 'dns',
    CERT_HAS_EXPIRED: 'tls',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
    WEBHOOK_ADDRESS: 'address',
    constructor: 'other',
  };
  for (const [code, kind] of Object.entries(codes)) t.equal(failureOf(code), kind, code);
  t.equal(failureOf(undefined), 'other');
});

t.test('the signature is that of Standard Webhooks', async (t) => {
  // The example of the standard's own libraries.
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const headers = signedHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1_614_265_330_000), '{"test": 2432232314}', [
    key,
  ]);
  t.same(headers, {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
  t.equal(formatSecret(key), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const two = signedHeaders('1', noon, '{}', [key, Buffer.from('other')])['webhook-signature'] ?? '';
  const second = createHmac('sha256', 'other')
    .update(`1.${noon.getTime() / 1000}.{}`)
    .digest('base64');
  t.match(two, /^v1,\S+ v1,\S+$/);
  t.equal(two.split(' ')[1], `v1,${second}`);
});

t.test('a message', async (t) => {
  const times = {
    signDueAt: '2026-11-22T06:00:00+00:00',
    contactDueAt: '2026-11-23T04:00:00Z',
    dueAt: '2026-11-29T04:00:00Z',
  };
  const event = { id: 7, at: noon, action: 'sign', from: 'dispatched', to: 'signed', orderId: 3 };
  const told = { queuedAt: noon, event, number: '202611220000001', snapshot: { unit: '110105026', ...times } };
  t.same(JSON.parse(bodyOf(told)), {
    type: 'order.sign',
    timestamp: '2026-11-22T12:00:00+08:00',
    data: {
      event: '7',
      number: '202611220000001',
      order: '3',
      from: 'dispatched',
      to: 'signed',
      unit: '110105026',
      signDueAt: '2026-11-22T14:00:00+08:00',
      contactDueAt: '2026-11-23T12:00:00+08:00',
      dueAt: '2026-11-29T12:00:00+08:00',
    },
  });
  const filed = { ...told, event: { ...event, action: 'file', orderId: null, from: null }, snapshot: null };
  t.match(JSON.parse(bodyOf(filed)), { type: 'complaint.file', data: { order: null, from: null } });
  t.same(JSON.parse(bodyOf({ queuedAt: noon, event: null, number: null, snapshot: null })), {
    type: 'ping',
    timestamp: '2026-11-22T12:00:00+08:00',
    data: {},
  });
});
