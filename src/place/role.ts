/**
 * The words around a place's name in folded text that say whether the matter is there (位于, 住), or whether somebody only
 * goes there, works there or comes from there (去, 上班, 老家).
 */
import { begins, edged, edgesAt } from './context.ts';
import type { Level } from './meanings.ts';

const SPACES =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const FROM = edged(
  `籍口家贯自生住地址是为在于:${SPACES}`,
  /(?:(?:户籍|户口|老家|籍贯|原籍|祖籍|来自|出生)(?:地|所在地|地址)?|(?:原来?|以前|之前|过去|曾经?)(?:家住|居住|住))[是为在于:]*\s*$/,
);
const WORKS = edged(
  '在是为:',
  /(?:(?:上班|工作)(?:的?(?:地点|地址|单位|公司))?|(?:我|我们|本人|自己)的?(?:单位|公司)(?:地址)?)[在是为:]+$/,
);
const TOWARDS = edged(
  `往向经过去到从至赴距离了${SPACES}`,
  /(?:开往|前往|通往|发往|驶向|途经|经过|路过|去|往|到|从|至|赴|距|离)[了过]?\s*$/,
);
const PASSED = /(?:途经|经过|路过|距|离)[了过]?\s*$/;
const ARRIVED = /(?:收|接|看|找|遇|来|得|受|回|搬|迁|反映|感|直|达|住|调|置|嫁|注意)到\s*$/;
const AT = edged(
  `于落址处点区住在是为:的市${SPACES}`,
  /(?:位于|坐落|地址|地处|住址|地点|小区|居住|家住|租住|现住|暂住|反映|住|在|于)[是为在于:的]*\s*(?:本市|我市)?$/,
);
const LIVES = /(?:住|家|坐落|位)在$/;
const IN = edged('住于在家落位到从回来', /(?:(?:住|家|坐落|位)[在于]?|[在到从回来])$/);
const CALLED = edged('叫名是为:', /(?:(?<![村区方里院路庄名])叫|(?<![村区方里院路庄])名叫|姓名[是为:]?)$/);
const PERSON = /[^,。;!?]?(?:先生|女士|同志)|[^,。;!?、的里有等和与多村些镇区]老人(?![院家])/y;
const PEOPLE = edged('的人', /人(?![民行员])|的(?:人(?![民行员])|朋友|同事|亲戚|同学|房东|老板|公司)/y);
const AWAY = edged('的户籍牌车身医社生', /(?:的)?(?:户口|户籍|籍|牌照|车牌|身份证|医保|社保|生源)/y);
const PRODUCE = edged(
  '大西板草苹蔬鸭京烤樱葡水蜜',
  /(?:大桃|西瓜|板栗|草莓|苹果|蔬菜|鸭梨|京白梨|烤鸭|樱桃|葡萄|蜜桃)(?![园院沟地树摊店林节]|社区|市场|大棚|批发|基地|采摘|种植)/y,
);
const COMPANY = /[^,。;!?、\s的区]{0,14}?(?:有限(?:责任)?公司|股份公司)/y;
const VISITED = edged(
  '上工就看打出旅游做陪住放治化复读实当倒部过串朋同',
  /上班|(?<!加)工作(?![人站者日时室单证坊])|上学|上(?:幼儿园|小学|初中|高中|大学)|读书|读(?:幼儿园|小学|初中|高中)|就读|就医|看病|看朋友|朋友家|同学家|串门|打工|实习|当兵|部队|倒班|出差|旅游|游玩|做(?:的|完|了)?手术|做的|陪护|陪床|住院|放的|治病|治疗|化疗|复查|过来的/y,
);
const BOUGHT = edged('买购', /买的?(?:房|车)|购房/y);
const SET_OUT = edged('出', /出发/y);

/** Whether something visited is named at most six characters on, before the next mark: 在海淀区的公司上班. */
function visits(text: string, at: number, level: Level): boolean {
  for (let i = at; i <= at + 6; i += 1) {
    const edges = edgesAt(text, i);
    if (begins(VISITED, edges, text, i)) return true;
    if ((level === 'district' || level === 'coarse') && begins(BOUGHT, edges, text, i)) return true;
    // what stands behind another 去 or 在 is done elsewhere
    if (i < text.length && (level === 'fine' ? ',。;!?去到在的' : ',。;!?去到在孩').includes(text[i] as string))
      return false;
  }
  return false;
}

/** Whether the name is part of a company's or a person's: 北京望京西路物业管理有限公司, 孙河先生. */
function isOther(text: string, end: number): boolean {
  COMPANY.lastIndex = end;
  PERSON.lastIndex = end;
  return COMPANY.test(text) || PERSON.test(text);
}

const INSIDE =
  /[^。;!?家区村回]{0,30}?(?:病房|病床|床位|护工|护士站|门诊|急诊|诊室|窗口|挂号|景区|门票|酒店|民宿|停车场|缆车|索道|厕所|楼下|楼里|食堂|宿舍|大厦|写字楼|园区|广场|地铁口|门口|门外|站台|电梯)/y;

/** Whether what is spoken of behind a place that somebody visits is there: 在甲医院住院, 病房的热水器坏了. */
export function isInside(text: string, end: number): boolean {
  INSIDE.lastIndex = end;
  return !isOther(text, end) && INSIDE.test(text);
}

/** Where somebody works, or is treated; where he goes to or leaves; where he comes from, or what is only called so. */
export const ELSEWHERE = 0.5;
export const TRANSIT = 0.45;
export const HAILS = 0.3;
/** Where the words say that the matter is there. */
export const STATED = 1.2;

/** A place as it stands in a text. */
export interface Spot {
  start: number;
  end: number;
  level: Level;
}

/**
 * How far the words around a place say that the matter is there: 1 neutral, more after 位于 or 住, less after 去 or 老家. Where it
 * is the only place named, 去 tells little: who goes to a park complains of the park. And who goes to a community rather than
 * to a district has mostly something to say of it.
 */
export function roleAt(text: string, { start, end, level }: Spot, isAlone: boolean): number {
  const edges = edgesAt(text, start - 1) & (FROM.bit | TOWARDS.bit | AT.bit | CALLED.bit | WORKS.bit);
  const isFine = level === 'fine';
  const before = edges === 0 ? '' : text.slice(Math.max(0, start - 10), start);
  const follows = edgesAt(text, end);
  if ((edges & FROM.bit) !== 0 && FROM.pattern.test(before)) return HAILS;
  if ((edges & CALLED.bit) !== 0 && CALLED.pattern.test(before)) return HAILS;
  if (begins(AWAY, follows, text, end)) return HAILS;
  if (!isFine && (begins(PEOPLE, follows, text, end) || begins(PRODUCE, follows, text, end))) return HAILS;
  if ((edges & WORKS.bit) !== 0 && WORKS.pattern.test(before)) return ELSEWHERE;
  if (visits(text, end, level) || isOther(text, end)) return ELSEWHERE;
  if ((edges & TOWARDS.bit) !== 0 && TOWARDS.pattern.test(before) && !ARRIVED.test(before)) {
    if (begins(SET_OUT, follows, text, end)) return 1;
    if (isAlone) return isFine ? 0.9 : 0.8;
    if (!isFine) return TRANSIT;
    return PASSED.test(before) ? 0.7 : 0.79;
  }
  if ((edges & AT.bit) === 0 || !AT.pattern.test(before)) return 1;
  return before.endsWith('在') && !LIVES.test(before) ? 1.1 : STATED;
}

const CUE = edged(
  '小村大这那附门一周居业住里的有0123456789东西南北后山河公桥工没停',
  /小区|村[民里口头东西南北]|大队|[这那][儿边里片条个处]|附近|门口|一带|周边|居民|业主|住户|里[面头]|的|有|\d+号[楼院]|\d+单元|[东西南北][门边侧头口面]|后山|山上|河边|公厕|桥头|工地|没有?|停[水电气暖]/y,
);

/** Whether the words beside a short name say that it is a place: 家住小菊, 小菊小区. */
export function isCued(text: string, { start, end }: { start: number; end: number }): boolean {
  if (begins(CUE, edgesAt(text, end), text, end)) return true;
  return (edgesAt(text, start - 1) & IN.bit) !== 0 && IN.pattern.test(text.slice(Math.max(0, start - 4), start));
}

const ESTATE = edged('小', /小区/y);
const VILLAGER = edged('村的', /的?村民/y);
const IS = /(?:是|系|为|住|在|我们)$/;

/** Whether a common name is that of an estate: 东辰小区. */
export function isEstate(text: string, end: number): boolean {
  return begins(ESTATE, edgesAt(text, end), text, end);
}

/** Whether somebody says that he is of the village: 我是金沟的村民; but 沿河的村民 may live along any river. */
export function isHome(text: string, { start, end }: { start: number; end: number }): boolean {
  return begins(VILLAGER, edgesAt(text, end), text, end) && IS.test(text.slice(Math.max(0, start - 2), start));
}
