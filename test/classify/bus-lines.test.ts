/** Numbers of bus lines: what is one, what only looks like one, and that it decides between the matters of traffic. */
import t from 'tap';
import { lineWeight } from '../../src/classify/bus-lines.ts';
import { joinWords, splitFields } from '../../src/classify/fields.ts';
import { judge } from './judge.ts';

const weightOf = (text: string, title?: string) =>
  lineWeight(splitFields({ title, text, joined: joinWords({ title, text }) }));

t.test('what names a line', async (t) => {
  for (const text of ['612路绕行医院', '坐夜22路回家', '专57二十分钟一辆', '换乘快3', '运通105路'])
    t.equal(weightOf(text), 1, text);
  for (const text of ['第3路口', '12路段', '2路电源跳闸', '专191个人', '一路好走', '学院路15号', '快3年了', ''])
    t.equal(weightOf(text), 0, text);
  t.equal(weightOf('等了半小时', '612路太慢'), 2, 'a title counts twice');
  t.equal(weightOf('市民反映等车久。注：612路'), 0.3, 'an instruction hardly');
});

t.test('a line is no underground, though it goes to a station of one', async (t) => {
  const branch = (title: string, text: string) => judge.judge({ title, text }).judgement.matter.code.slice(0, 6);
  const text = '建议延长到地铁站，方便居民换乘地铁进城，地铁早高峰太挤。';
  t.equal(branch('建议612路延长', text), 'M04.01');
  t.equal(branch('建议', text), 'M04.02', 'without the number');
});
