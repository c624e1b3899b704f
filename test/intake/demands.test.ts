/**
 * How well several demands in one text are found, on invented cases: half of them (`develop`) were looked at to write the rules,
 * the other half only to measure. The floors stand a little under what was seen, and must only rise.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { cutParts } from '../../src/intake/demands.ts';
import { judge } from '../classify/judge.ts';
import { app } from '../helper.ts';

interface Case {
  text: string;
  demands: string[];
  part: string;
}

const cases: Case[] = readFileSync(new URL('./demand-cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const demandsOf = (text: string) => judge.demands({ text }, judge.judge({ text }).judgement);

t.test('several demands are offered as a split, one is left whole', async (t) => {
  const own = cases.filter(({ part }) => part === 'measure');
  const several = own.filter(({ demands }) => demands.length > 1);
  const single = own.filter(({ demands }) => demands.length === 1);
  t.ok(several.length > 50 && single.length > 60);
  const share = (list: Case[], holds: (one: Case) => boolean) => list.filter(holds).length / list.length;
  const found = share(several, ({ text }) => demandsOf(text).length > 1);
  const exact = share(several, ({ text, demands }) => demandsOf(text).length === demands.length);
  const whole = share(single, ({ text }) => demandsOf(text).length === 0);
  t.ok(found >= 0.7, `found ${found.toFixed(3)}`);
  t.ok(exact >= 0.63, `as many as there are ${exact.toFixed(3)}`);
  t.ok(whole >= 0.88, `left whole ${whole.toFixed(3)}`);
});

t.test('each part is judged by itself and takes the place of the whole where it names none', async (t) => {
  const text =
    '市民反映，朝阳区望京街道花家地西里三区1号楼已经停水两天。另外，楼下烧烤摊天天油烟扰民，晚上开不了窗。注：请尽快处理。';
  const [water, fumes, ...others] = demandsOf(text);
  t.same(others, []);
  t.match(water, { start: 0, matter: { path: ['公用事业'] }, dispatch: { lead: { kind: 'enterprise' } } });
  t.match(fumes?.text, /^另外，楼下烧烤摊.*开不了窗。$/);
  t.match(fumes, { need: { code: 'YJ' }, dispatch: { status: 'dispatch', lead: { code: '110105026' } } });
  t.equal(text.slice(fumes?.start, fumes?.end), fumes?.text);
});

t.test('points of a list that only detail its lead are no demands', async (t) => {
  for (const text of [
    '要求开发商兑现承诺：1、幼儿园没建；2、会所改成了售楼处；3、绿地缩水一半。',
    '楼下烧烤摊的事我说几句，占了人行道，烟熏得开不了窗。',
    '',
  ])
    t.same(demandsOf(text), [], text);
});

t.test('parts follow each other, without gaps, up to the instruction to the unit', async () => {
  const letters = fc.string({
    unit: fc.constantFrom('1', '、', '另', '外', '。', '，', '水', '注', '：', '\n', '来', '电', '反', '映', 'a'),
  });
  fc.assert(
    fc.property(letters, (text) => {
      const parts = cutParts(text);
      let at = 0;
      for (const { start, end } of parts) {
        if (start !== at || end <= start) return false;
        at = end;
      }
      const note = text.search(/注[:：]/);
      return at === (note === -1 ? text.length : note);
    }),
  );
});

t.test('assist offers the split', async (t) => {
  const { as } = await app(t);
  const operator = await as('operator');
  const { status, body } = await operator.post('/assist', {
    text: '1、我单位拖欠农民工工资三个月，一直不给。2、朝阳区望京街道花家地西里三区停水两天了。',
  });
  t.equal(status, 200);
  t.match(body.demands, [{ need: { code: 'LD' } }, { need: { code: 'BL' }, level: { code: 'L2' } }]);
  const one = await operator.post('/assist', { text: '朝阳区望京街道花家地西里三区停水两天了' });
  t.same(one.body.demands, []);
});
