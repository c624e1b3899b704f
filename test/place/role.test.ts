/** What the words around a name decide: whether it is a place at all, and whether the matter is there. */
import t from 'tap';
import { readSeeds } from '../../src/db/seed.ts';
import { buildGazetteer } from '../../src/place/gazetteer.ts';
import { resolvePlace } from '../../src/place/resolve.ts';

const { divisions, areas, landmarks } = readSeeds().data;
const gazetteer = buildGazetteer(divisions, areas, landmarks);

/** `status 区/街道`, without what is null. */
function told(text: string, district?: string): string {
  const place = resolvePlace(gazetteer, { text, ...(district ? { district } : {}) });
  return [place.status, [place.district, place.street].flatMap((one) => one?.name ?? []).join('/')].join(' ').trim();
}

function table(cases: readonly (readonly [string, string])[]) {
  return async (t: { equal: (got: string, want: string, text: string) => unknown }) => {
    for (const [text, want] of cases) t.equal(told(text), want, text);
  };
}

t.test(
  'a name of two characters is a place beside words that say so, unless it is a common word',
  table([
    ['甘营的大队部旁边有个养猪场', 'resolved 平谷区/南独乐河镇'],
    ['我家住小菊，楼道灯不亮', 'resolved 东城区/北新桥街道'],
    ['乔建小区里头养狗的越来越多', 'resolved 海淀区/羊坊店街道'],
    ['菊儿胡同的公共浴室关了', 'resolved 东城区/交道口街道'],
    ['小菊开得真好看', 'unknown'],
    ['北山小区没有暖气', 'unknown'],
    ['东辰小区的暖气不热', 'resolved 昌平区/天通苑南街道'],
    ['北京东辰公司欠我工钱', 'unknown'],
    ['我是金沟的村民', 'resolved 密云区/河南寨镇'],
    ['山脚下金沟的村民', 'unknown'],
    ['三环的隔音屏坏了', 'unknown'],
    ['西地省的高速路口', 'unknown'],
  ]),
);
t.equal(told('塔院的花坛里有人埋宠物', '海淀区'), 'resolved 海淀区/花园路街道', 'or beside the district of the form');

t.test(
  'who only works, studies or comes from somewhere does not speak of it',
  table([
    ['在石景山倒班，租住在枣营南里', 'resolved 朝阳区/麦子店街道'],
    ['原来住西城，拆迁安置到西山机械厂', 'resolved 石景山区/五里坨街道'],
    ['上班地点在西单，家庭住址枣营南里', 'resolved 朝阳区/麦子店街道'],
    ['枣营南里楼下的店关门了，老板说搬到大兴去了', 'resolved 朝阳区/麦子店街道'],
    ['每天从枣营南里出发去西二旗上班', 'resolved 朝阳区/麦子店街道'],
    ['枣营南里的孩子上学要过大马路', 'resolved 朝阳区/麦子店街道'],
    ['本人系枣营南里的人', 'resolved 朝阳区/麦子店街道'],
    ['物业公司在枣营南里乱收费', 'resolved 朝阳区/麦子店街道'],
    ['我在西城上班，单位不交社保', 'district 西城区'],
    ['老家河北邯郸丛台区的房子漏水', 'outside'],
    ['我在江苏省南通市通州区上班', 'outside'],
  ]),
);

t.test(
  'who is treated or works somewhere speaks of it where he names what is inside',
  table([
    ['家父在世纪坛医院住院，病房的热水器坏了', 'resolved 海淀区/羊坊店街道'],
    ['在望京SOHO上班，楼下的外卖车停满了广场', 'resolved 朝阳区/望京街道'],
    ['在世纪坛医院住院，回家以后小区的电梯停了', 'unknown'],
    ['我弟弟在中关村医院实习，没有工资', 'unknown'],
  ]),
);

t.test(
  'a place outside is known by its province and its own name, or by what is spoken of there',
  table([
    ['去河北秦皇岛旅游，酒店不退款', 'outside'],
    ['我弟弟在江苏昆山一家电子厂上班', 'outside'],
    ['在昆山市买的房', 'outside'],
    ['老家在山东省济南市历下区，父母住的小区停了暖气', 'outside'],
    ['我老家在山东省济南市历下区，想问居住证怎么办', 'unknown'],
    ['江苏人在这里怎么办居住证', 'unknown'],
    ['沙河的路灯坏了', 'resolved 昌平区/沙河地区'],
  ]),
);

t.test(
  'a side goes with the gate it stands before',
  table([
    ['静水园东门对面的烧烤摊', 'resolved 朝阳区/六里屯街道'],
    ['静水园东的路灯坏了', 'resolved 通州区/潞邑街道'],
    ['少年宫门口的摊贩', 'unknown'],
  ]),
);

t.test(
  'a name inside another is no place',
  table([
    ['投诉北京望京西路物业管理有限公司', 'unknown'],
    ['我叫马坊，老板欠我工钱', 'unknown'],
    ['孙河先生欠我货款', 'unknown'],
    ['平谷大桃送来烂了一半', 'unknown'],
    ['怀柔板栗树生虫', 'district 怀柔区'],
    ['永定河里有人电鱼', 'unknown'],
    ['家里有三间房，怎么确权', 'unknown'],
    ['亦庄亦谐的文章', 'unknown'],
  ]),
);

t.test(
  'several places in one breath leave it open; traditional characters are read as simplified',
  table([
    ['王四营和常营我搞不清是哪边', 'ambiguous 朝阳区'],
    ['慧忠里-双井-枣营南里-团结湖增设快车', 'ambiguous 朝阳区'],
    ['望京西園社區電梯壞了', 'resolved 朝阳区/东湖街道'],
  ]),
);
