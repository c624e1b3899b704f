/** Codes of the second factor, without a database. */
import t from 'tap';
import { enrolment, stepOf } from '../../src/totp/code.ts';

t.test('codes: RFC 6238, appendix B, cut to six digits', (t) => {
  const secret = Buffer.from('12345678901234567890');
  const known: [number, string][] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ];
  for (const [seconds, code] of known) {
    const [step, at] = [Math.floor(seconds / 30), (n: number) => new Date((seconds + n) * 1000)];
    t.equal(stepOf(secret, code, 0, at(0)), step, code);
    t.equal(stepOf(secret, code, 0, at(30)), step, 'one step late');
    t.equal(stepOf(secret, code, step, at(0)), null, 'once only');
    t.equal(stepOf(secret, code, 0, at(90)), null, 'too late');
  }
  for (const typed of [
    '',
    '28708',
    '2870822',
    'ｘ２８７０８',
    '二八七零八二',
    '\ud800\ud800\ud800\ud800\ud800\ud800',
    '-87082',
    '😀😀😀',
  ])
    t.equal(stepOf(secret, typed, 0, new Date(59_000)), null, typed);
  t.equal(stepOf(secret, ' ２８７ ０８２', 0, new Date(59_000)), 1, 'full width, in groups');
  t.match(enrolment(secret, 'zhaojia').uri, /^otpauth:\/\/totp\/jiesu:zhaojia\?.*secret=GEZDGNBVGY3TQOJQ/);
  t.end();
});
