/**
 * What stands around a place's name in folded text: the ending of its name, what is called after it, and how it goes on.
 *
 * These questions are asked of every name in every text, and the answer is mostly no. Each pattern therefore says with
 * which characters it may begin (or end, where it looks back), and is tried only where one of them stands.
 */
import { PEOPLES } from './names.ts';

export interface Pattern {
  bit: number;
  pattern: RegExp;
}

/** By UTF-16 unit: the bits of the patterns that may begin, or end, with it. */
const EDGES = new Uint32Array(65536);
let patterns = 0;

/** A pattern that begins, or ends, with one of the characters. */
export function edged(chars: string, pattern: RegExp): Pattern {
  const bit = 1 << patterns;
  patterns += 1;
  for (let i = 0; i < chars.length; i += 1) EDGES[chars.charCodeAt(i)] = (EDGES[chars.charCodeAt(i)] as number) | bit;
  return { bit, pattern };
}

/** The bits of the patterns for which `at` is worth a try. */
export function edgesAt(text: string, at: number): number {
  return at >= 0 && at < text.length ? (EDGES[text.charCodeAt(at)] as number) : 0;
}

/** Whether a sticky pattern matches at `at`; `edges` are those of its first character. */
export function begins({ bit, pattern }: Pattern, edges: number, text: string, at: number): boolean {
  if ((edges & bit) === 0) return false;
  pattern.lastIndex = at;
  return pattern.test(text);
}

export type Ending = 'street' | 'town' | 'community' | 'village' | 'district' | 'city' | 'region';

const ENDINGS: readonly [Ending, Pattern][] = [
  ['street', edged('街道', /街道(?:办事处|办)?|(?<=街)道/y)],
  [
    'town',
    edged('地镇乡回满蒙朝畲苗侗瑶壮彝藏白傣黎土布哈维', new RegExp(`(?:地区|${PEOPLES}*[镇乡])(?:办事处)?`, 'y')),
  ],
  ['community', edged('社居', /社区(?:居委会|居民委员会)?|居委会|居民委员会/y)],
  ['village', edged('村', /村(?:委会|民委员会)?/y)],
  ['district', edged('区县旗', /[区县旗](?!域|间|别|划)/y)],
  ['city', edged('市', /市(?!场|民|政|面|值|容)/y)],
  ['region', edged('省特维壮回自州盟', /省|特别行政区|(?:维吾尔|壮族|回族)?自治[区州县]|[州盟]/y)],
];

/** The ending of a place's name at `at`, and where it stops. */
export function endingAt(text: string, at: number): { ending: Ending; end: number } | null {
  const edges = edgesAt(text, at);
  if (edges === 0) return null;
  for (const [ending, pattern] of ENDINGS) {
    if (begins(pattern, edges, text, at)) return { ending, end: pattern.pattern.lastIndex };
  }
  return null;
}

export type Tail = 'branch' | 'lane' | 'road' | 'stop' | 'gate' | 'landmark' | 'sibling' | 'none';

const TAILS: readonly [Tail, Pattern][] = [
  ['lane', edged('胡巷', /胡同|巷(?!道)/y)],
  [
    'road',
    edged(
      '东西南北中前后内外0123456789路大街胡巷条桥立高环线河水',
      /[东西南北中前后内外]?\d{0,2}(?:路(?![边口灯面旁过])|大?街(?![道坊边上面里])|大道|胡同|巷|条(?!件)|桥|立交|高速|环岛|环(?!境|保|卫)|线(?![下上缆])|河(?![北边道])|水库)/y,
    ),
  ],
  [
    'sibling',
    edged('东西南北中里园苑院第0123456789区', /[东西南北中]?(?:[里园苑院]?第?\d{1,2}(?:区|里|社区)|[里区园苑])/y),
  ],
  [
    'stop',
    edged(
      '地公火东西南北0123456789站场车枢路',
      /(?:地铁|公交|火车)?(?:[东西南北]|\d)?(?:站(?!前)|场站|车站|枢纽|路口|[东西南北]口)/y,
    ),
  ],
  ['gate', edged('东西南北', /[东西南北]{1,2}门/y)],
  [
    'landmark',
    edged(
      '东西南北医公学小中大商机体市派法银饭酒广',
      /(?:[东西南北])?(?:医院|公园|学校|[小中大]学|学院|商场|大厦|机场|体育|市场|派出所|法院|银行|饭店|酒店|广场)/y,
    ),
  ],
];

const BRANCH = edged('分校院附医', /分[校院部店]|校区|院区|附属|附[中小]|医联体/y);

/** Whether a branch is named at most four characters on, before the next mark: 北京四中房山校区. */
function branches(text: string, at: number): boolean {
  for (let i = at; i <= at + 4 && i < text.length; i += 1) {
    if (begins(BRANCH, edgesAt(text, i), text, i)) return true;
    if (',。;!?'.includes(text[i] as string)) return false;
  }
  return false;
}

/**
 * What follows a name written without its ending: a branch of it, a road or a landmark called after it, or a neighbour not in
 * the list.
 */
export function tailAt(text: string, at: number): Tail {
  if (branches(text, at)) return 'branch';
  const edges = edgesAt(text, at);
  if (edges === 0) return 'none';
  for (const [tail, pattern] of TAILS) if (begins(pattern, edges, text, at)) return tail;
  return 'none';
}

const FILLER =
  /^(?:[东西南北中内外]?(?:路|大?街|胡同|巷)|[\d甲乙丙]号?院?|附近|辖区|所属|下辖|管辖|的|[\s,、\-—/()·:])*$/;
const REGION = /^(?:的|[\u4e00-\u9fff]{1,6}(?:[市县州盟旗镇乡]|(?<![小社校园])区))?$/;

/** Whether two places stand so close that the first says where the second is. */
export function joins(text: string, end: number, start: number, outside: boolean): boolean {
  const gap = start - end;
  return gap === 0 || (gap <= 8 && (outside ? REGION : FILLER).test(text.slice(end, start)));
}

const ADDRESS_GOES_ON =
  /[^,。;!?\s]{0,8}?(?:[市县旗镇村]|乡(?!村)|(?<![社校地])区|街道|(?<![铁公网道])路|号院|号楼|大街)/y;

/** Whether an address goes on after a region's name. */
export function addressGoesOn(text: string, at: number): boolean {
  ADDRESS_GOES_ON.lastIndex = at;
  return ADDRESS_GOES_ON.test(text);
}

const AFFAIR =
  /[^。;!?]{0,6}?(?:的(?:房|地|宅|村|田|果园|大棚)|村里|镇上|县里|宅基地)|[^。;!?]{0,12}?(?:父母|爸妈|父亲|母亲|公婆|婆婆|爷爷|奶奶|姥姥|姥爷|老人)[^,。;!?]{0,4}?(?:住|家|的房)|.*当地/y;

/** Whether something of the place is spoken of behind it: 老家保定的房子, 老家济南, 父母住的小区, 打了当地的热线. */
export function hasAffair(text: string, at: number): boolean {
  AFFAIR.lastIndex = at;
  return AFFAIR.test(text);
}

const ADDRESS_STOP =
  /$|[\s,。;!?、()\d]|小区|[东西南北]?[里区院]|社区|居民|业主|物业|附近|周边|门口|一带|这边|那边|地铁|里面/y;

/** Whether a name stops where names in addresses do: 朝阳区团结3号楼, but not 朝阳区建设的. */
export function stopsAt(text: string, at: number): boolean {
  ADDRESS_STOP.lastIndex = at;
  return ADDRESS_STOP.test(text);
}

const FREE =
  /[^\u4e00-\u9fff]|[在住于的是到往去从和与及跟至称映家内对为由经我们区镇乡市县道给请问让把示询报归午向铁过来位址处离近距隔叫回自本这那该某居租落诉]/y;

/** Whether a name begins where a name may: at the start, after a mark or after a word that leads to a place. */
export function startsFree(text: string, at: number): boolean {
  FREE.lastIndex = at - 1;
  return at === 0 || FREE.test(text);
}
