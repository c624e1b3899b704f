/** Emergency channels and ways by law: offered where they should be, and only there. */
import t from 'tap';
import { buildRouter } from '../../src/dispatch/route.ts';
import { normalize } from '../../src/text/normalize.ts';
import { catalog } from '../helper.ts';

const beijing = catalog();
const { offer } = buildRouter(beijing);
const look = (text: string, matter: string | null, level = 'L3', matterAccepted = true) =>
  offer(normalize(text), {
    leaf: beijing.leaves.find(({ code }) => code === matter) ?? null,
    matterAccepted,
    level,
  });

t.test('emergencies', async (t) => {
  const cases: [string, string | null, string, string, string | null][] = [
    ['楼下电动车着火了，冒浓烟', 'M11.06.03', '119', 'handover', 'H01'],
    ['小区車庫起火', null, '119', 'handover', 'H02'],
    ['有人在楼顶要跳楼', null, '110', 'handover', 'H04'],
    ['两车追尾有人受伤', 'M04.06.08', '122', 'handover', 'H07'],
    ['电梯困人一个小时了', 'M05.06.02', '119', 'dispatch', null],
    ['老人晕倒在路边', 'M19.02.01', '120', 'dispatch', null],
    ['厨房闻到很大的燃气味', 'M03.03.05', '119', 'dispatch', null],
  ];
  for (const [text, matter, channel, kind, route] of cases) {
    t.match(look(text, matter, 'L1'), { emergency: { channel, reason: /请/ }, disposition: { kind, route } }, text);
    t.match(look(text, matter, 'L3'), { emergency: null, disposition: { kind: 'dispatch' } }, `${text}, not urgent`);
  }
  t.same(look('路灯不亮', 'M02.03.01', 'L1').emergency, null, 'urgent, but for no channel');
});

t.test('ways by law', async (t) => {
  const cases: [string, string | null, string | null][] = [
    ['不服法院判决，要求重审', null, 'S01'],
    ['已向劳动仲裁委提交材料，仲裁结果迟迟不出', 'M06.02.05', 'S03'],
    ['实名举报村支书贪污', 'M15.03.01', 'S04'],
    ['想申请行政復議', 'M15.04.04', 'S06'],
    ['申请政府信息公开一直没有答复', 'M15.01.03', 'S07'],
    ['对信访复查意见不满', 'M15.04.02', 'S08'],
    ['垃圾没人清运', 'M01.01.01', null],
    ['物业说要向纪委反映，已有法院判决', 'M05.03.02', null],
  ];
  for (const [text, matter, route] of cases) {
    const kind = route === null ? 'dispatch' : 'redirected';
    t.match(look(text, matter), { emergency: null, disposition: { kind, route } }, text);
  }
  t.match(look('法院的事', 'M15.04.01'), { disposition: { route: 'S02' } }, 'by the matter alone');
  t.match(look('法院的事', 'M15.04.01', 'L3', false), { disposition: { route: null } }, 'but not by a doubtful one');
});

t.test('an emergency comes before a way by law; one beside the units does not take the case from it', async (t) => {
  t.match(look('法院判决之后他持刀威胁我', null, 'L1'), {
    emergency: { channel: '110' },
    disposition: { kind: 'handover' },
  });
  t.match(look('不服法院判决，老人晕倒', null, 'L1'), {
    emergency: { channel: '120' },
    disposition: { kind: 'redirected' },
  });
});
