import t from 'tap';
import { type DemoCase, demoCases } from '../../src/demo/cases.ts';
import { channels } from '../../src/intake/schemas.ts';
import { catalog, districts, request } from './helper.ts';

const cases = demoCases(request(2000, 1));
const share = (part: number, whole: number) => part / whole;
const answered = (from: readonly DemoCase[]) =>
  from.flatMap(({ life }) => life?.attempts.filter(({ satisfaction }) => satisfaction) ?? []);

t.test('the same seed gives the same cases, another seed others', async (t) => {
  t.same(demoCases(request(2000, 1)), cases);
  t.notSame(demoCases(request(50, 2)), demoCases(request(50, 1)));
  t.equal(cases[0]?.externalNumber, 'DEMO-1-000001');
  t.equal(new Set(cases.map(({ externalNumber }) => externalNumber)).size, 2000);
});

t.test('every need, district, channel and first-level matter occurs', async (t) => {
  const seen = (of: (one: DemoCase) => string | null) => new Set(cases.map(of));
  const needs = seen(({ expected }) => expected.need);
  const places = seen(({ expected }) => expected.district);
  const matters = seen(({ expected }) => expected.matter.split('.')[0] ?? '');
  const kinds = seen(({ expected }) => expected.type);
  for (const code of catalog.needs.keys()) t.ok(needs.has(code), code);
  for (const code of catalog.types.keys()) t.ok(kinds.has(code), code);
  for (const { code, kind } of catalog.divisions.values()) if (kind === 'district') t.ok(places.has(code), code);
  for (const { code, parent } of catalog.matters.values()) if (parent === null) t.ok(matters.has(code), code);
  t.same([...seen(({ complaint }) => complaint.channel)].sort(), [...channels].sort());
  for (const disposition of ['answered', 'redirected', 'handover']) {
    t.ok(
      cases.some(({ complaint }) => complaint.disposition === disposition && complaint.answer),
      disposition,
    );
  }
  const phone = cases.filter(({ complaint }) => complaint.channel === 'phone').length;
  t.ok(Math.abs(share(phone, 2000) - 0.87) < 0.03);
});

t.test('what is expected names rows of the catalog', async (t) => {
  for (const { expected } of cases) {
    const { matter, district, street } = expected;
    if (!catalog.matters.has(matter)) t.fail(`matter ${matter}`);
    if (street !== null && catalog.divisions.get(street)?.parent !== district)
      t.fail(`street ${street} of ${district}`);
  }
  t.ok(cases.some(({ expected }) => expected.known === 'nothing'));
  t.ok(cases.some(({ expected }) => expected.known === 'district' && expected.street === null));
});

t.test('texts are clean, not too long, and different', async (t) => {
  for (const { complaint } of cases) {
    for (const text of [complaint.text, complaint.title, complaint.address, complaint.answer, complaint.caller?.name]) {
      if (text !== undefined && /[\p{Cc}\p{Cs}{}]|^\s*$/u.test(text)) t.fail(text);
    }
    if (complaint.text.length < 5 || complaint.text.length > 600) t.fail(complaint.text);
    const title = complaint.title?.length ?? 0;
    if (title > 200) t.fail(`title of ${title} characters`);
  }
  t.ok(new Set(cases.map(({ complaint }) => complaint.text)).size >= 1960);
});

t.test('phone numbers are invented ones, and stand nowhere but with the caller', async (t) => {
  for (const { complaint, life } of cases) {
    const phone = complaint.caller?.phone;
    if (phone !== undefined && !/^1990000\d{4}$/.test(phone)) t.fail(phone);
    if (/\d{7}/.test(`${complaint.text}${complaint.title}${complaint.answer}${life?.reply}`)) t.fail(complaint.text);
  }
  const has = (of: (caller: NonNullable<DemoCase['complaint']['caller']>) => unknown) =>
    cases.some(({ complaint }) => complaint.caller !== undefined && of(complaint.caller));
  t.ok(has(({ phone }) => phone === undefined) && has(({ name }) => name === undefined));
  t.ok(has(({ secret }) => secret) && has(({ kind }) => kind === 'enterprise'));
});

t.test('everything happens within the period, even the shortest, with half a day to dispatch', async (t) => {
  const { from, to } = request(1, 1, '2026-02-19', 28);
  for (const { receivedAt, complaint, life } of demoCases(request(2000, 3, '2026-02-19', 28))) {
    const last = life?.attempts.at(-1)?.minutesAfterReply ?? 0;
    const end = receivedAt.getTime() + ((life?.replyMinutes ?? 0) + last + 720) * 60_000;
    const happened = complaint.occurredAt === undefined ? receivedAt : new Date(complaint.occurredAt);
    if (happened < from || happened > receivedAt || end >= to.getTime()) t.fail(`${receivedAt.toISOString()} ${end}`);
  }
  t.throws(() => demoCases(request(1, 1, '2026-02-19', 27)), RangeError);
  t.throws(() => demoCases(request(0, 1)), RangeError);
  t.throws(() => demoCases(request(1, 0.5)), RangeError);
});

t.test('a life goes its way in order and mostly keeps its clocks', async (t) => {
  let lives = 0;
  let late = 0;
  for (const { expected, life } of cases) {
    if (life === null) continue;
    lives += 1;
    const level = catalog.levels.get(catalog.leaves.find(({ code }) => code === expected.matter)?.level ?? '');
    if (level === undefined) continue;
    if (life.replyMinutes > level.replyAmount * (level.replyUnit === 'hour' ? 60 : 1440)) late += 1;
    const steps = [0, life.signMinutes, life.contactMinutes ?? life.signMinutes + 1, life.replyMinutes];
    if (steps.some((step, at) => at > 0 && step <= (steps[at - 1] ?? 0))) t.fail(JSON.stringify(life));
    const times = life.attempts.map(({ minutesAfterReply }) => minutesAfterReply);
    if (times.some((time, at) => time <= (times[at - 1] ?? 0))) t.fail(JSON.stringify(life));
  }
  t.ok(share(late, lives) >= 0.03 && share(late, lives) <= 0.08, `late ${share(late, lives)}`);
  const dispatched = cases.filter(({ complaint }) => complaint.disposition === undefined).length;
  t.ok(share(dispatched - lives, dispatched) > 0.04 && share(dispatched - lives, dispatched) < 0.08, 'open at the end');
});

t.test('attempts: one is valid at most, and the last; some callers are never reached', async (t) => {
  const called = cases.filter(({ life }) => life !== null && life.attempts.length > 0);
  for (const { life } of called) {
    for (const [at, { reached, contacted, resolved, satisfaction }] of life?.attempts.entries() ?? []) {
      const all = [contacted, resolved, satisfaction].filter((answer) => answer !== undefined).length;
      const isLast = at === (life?.attempts.length ?? 0) - 1;
      if ((all !== 0 && all !== 3) || (all === 3 && !(reached && isLast))) t.fail(JSON.stringify(life));
    }
  }
  const first = called.filter(({ life }) => life?.attempts[0]?.satisfaction).length;
  t.ok(Math.abs(share(first, called.length) - 0.75) < 0.04);
  const never = 1 - share(answered(called).length, called.length);
  t.ok(never > 0.03 && never < 0.09, `never reached ${never}`);
  t.ok(cases.some(({ complaint, life }) => complaint.wantsCallback === false && life?.attempts.length === 0));
  const odd = answered(cases).filter(({ resolved, satisfaction }) => !resolved && satisfaction === 'satisfied').length;
  t.ok(share(odd, answered(cases).length) < 0.02, 'hardly anybody is content with nothing done');
});

t.test('the rates of a district are near those of the file', async (t) => {
  const many = demoCases(request(6000, 5));
  for (const { code, response, resolution, satisfaction } of districts) {
    const own = answered(many.filter(({ expected }) => expected.district === code));
    if (own.length < 50) continue;
    const near = (what: string, part: number, thousandths: number) =>
      t.ok(Math.abs(share(part, own.length) - thousandths / 1000) < 0.04, `${code} ${what} ${share(part, own.length)}`);
    near('response', own.filter(({ contacted }) => contacted).length, response);
    near('resolution', own.filter(({ resolved }) => resolved).length, resolution);
    const score = own.reduce(
      (sum, { satisfaction: grade }) => sum + (grade === 'satisfied' ? 1 : grade === 'basic' ? 0.9 : 0),
      0,
    );
    near('satisfaction', score, satisfaction);
  }
});

t.test('the figures do not depend on the period', async (t) => {
  const figures = (start: string, days: number) =>
    demoCases(request(300, 9, start, days)).map(({ complaint, expected, life }) => ({
      ...expected,
      text: complaint.text,
      disposition: complaint.disposition,
      life,
    }));
  t.same(figures('2026-02-19', 28), figures('2026-07-19', 31));
});
