/**
 * Synthetic complaints with their whole lives, for demonstration and measuring: the same seed gives the same cases. Pure.
 * All times are counted from the start of the period, never from the calendar, so the figures are the same in any period.
 */
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Catalog, Leaf } from '../catalog/catalog.ts';
import type { NewComplaint } from '../intake/schemas.ts';
import { type DemoLife, evenSpread, lifeOf, type Subject, type Teller } from './life.ts';
import { createRandom, type Random } from './random.ts';
import {
  type DemoArea,
  type DemoDistrict,
  type DemoLists,
  type DemoTemplate,
  demoAreas,
  fill,
  type WrittenPlace,
  writePlace,
} from './texts.ts';

export interface DemoCase {
  externalNumber: string;
  receivedAt: Date;
  /** As in `POST /complaints`. */
  complaint: Omit<NewComplaint, 'externalNumber' | 'receivedAt' | 'type' | 'level' | 'matter' | 'need' | 'street'>;
  /**
   * The truth. `matter` is of the third level, or of the second where the catalog has no such leaf. The place is what
   * the words give, and what the triage desk learns by asking where the matter needs more; null: nobody needs to know.
   * `known` says how much of it stands in the complaint.
   */
  expected: {
    matter: string;
    need: string;
    type: string;
    district: string | null;
    street: string | null;
    known: 'street' | 'district' | 'nothing';
  };
  /** Null where no order was dispatched (another disposition) and where it is still open at the end of the period. */
  life: DemoLife | null;
}

export interface DemoRequest {
  count: number;
  seed: number;
  catalog: Catalog;
  templates: readonly DemoTemplate[];
  lists: DemoLists;
  districts: readonly DemoDistrict[];
  /** Start of an assessment period, 00:00 Asia/Shanghai. */
  from: Date;
  /** Its end, at least 28 days later. */
  to: Date;
}

/** A template with the matter it stands for in this catalog. */
interface Topic extends Subject {
  matter: string;
  lead: string;
}

interface World extends Teller {
  from: Date;
  /** What people call the city. */
  city: string;
  topics: readonly (readonly [Topic, number])[];
  homes: readonly (readonly [Home, number])[];
}

interface Home {
  area: DemoArea;
  rates: DemoDistrict;
}

type Channel = NewComplaint['channel'];
type Caller = NonNullable<NewComplaint['caller']>;

const day = 1440;
const periodDays = 28;
const filingDays = 20;
/** 87 % by phone [docs/domain.md]; the rest is our own guess. */
const channels: readonly (readonly [Channel, number])[] = [
  ['phone', 870],
  ['app', 45],
  ['web', 32],
  ['wechat', 27],
  ['weibo', 9],
  ['mail', 6],
  ['transfer', 11],
];

/** How many complaints come in each hour of the day. */
const hours = [8, 5, 4, 3, 4, 7, 16, 34, 58, 74, 78, 66, 46, 50, 66, 70, 66, 58, 50, 44, 40, 34, 24, 14];

/** Makes the cases in order of receipt. Throws a RangeError for a shorter period or a count below 1. */
export function demoCases(request: DemoRequest): DemoCase[] {
  const { count, seed, lists, from, to } = request;
  if (to.getTime() - from.getTime() < periodDays * day * 60_000)
    throw new RangeError('演示数据需要不少于 28 天的考核期');
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`count must be a whole number above 0, not ${count}`);
  const random = createRandom(seed);
  const world: World = {
    lists,
    random,
    from,
    city: request.catalog.data.divisions.find(({ kind }) => kind === 'city')?.name.replace(/市$/, '') ?? '本市',
    topics: topicsOf(request),
    homes: homesOf(request),
    evenly: evenSpread(random),
  };
  const received = Array.from({ length: count }, () => receiptMinute(random)).sort((a, b) => a - b);
  return received.map((minute, index) => ({
    externalNumber: `DEMO-${seed}-${String(index + 1).padStart(6, '0')}`,
    receivedAt: new Date(from.getTime() + minute * 60_000),
    ...demoCase(world, minute),
  }));
}

/** Mostly by day, and less on two days of seven, whatever weekday the period starts on. */
function receiptMinute(random: Random): number {
  const days = Array.from({ length: filingDays }, (_, at) => [at, at % 7 < 5 ? 10 : 7] as const);
  const hour = random.weighted(hours.map((weight, at) => [at, weight] as const));
  return random.weighted(days) * day + hour * 60 + random.int(60);
}

function topicsOf({ catalog, templates }: DemoRequest): [Topic, number][] {
  const topics = templates.flatMap((template): [Topic, number][] => {
    const siblings = catalog.leaves.filter(({ parent }) => parent === template.matter);
    const leaf: Leaf | undefined = siblings.find(({ name }) => name === template.leaf);
    const matter = leaf ?? catalog.matters.get(template.matter);
    const { level: code, lead } = leaf ?? siblings[0] ?? { level: catalog.judgement.defaultLevel, lead: 'district' };
    const level = catalog.levels.get(code);
    // a city with another catalog of matters simply gets fewer kinds of complaints
    if (matter === undefined || level === undefined) return [];
    const counted = catalog.types.get(template.type)?.scope !== 'none';
    return [[{ template, matter: matter.code, name: matter.name, lead, level, counted }, template.weight]];
  });
  if (topics.length === 0) throw new RangeError('演示模板中的事项都不在事项目录中');
  return topics;
}

function homesOf({ catalog, districts }: DemoRequest): [Home, number][] {
  const other = districts.find(({ code }) => code === '*');
  const homes = demoAreas(catalog).flatMap((area): [Home, number][] => {
    const rates = districts.find(({ code }) => code === area.district.code) ?? other;
    return rates === undefined ? [] : [[{ area, rates }, rates.weight]];
  });
  if (homes.length === 0) throw new RangeError('演示数据没有可用的区');
  return homes;
}

function demoCase(world: World, minute: number): Omit<DemoCase, 'externalNumber' | 'receivedAt'> {
  const { random, lists } = world;
  const channel = random.weighted(channels);
  const voice = channel === 'phone' || channel === 'transfer' ? 'desk' : 'own';
  const topic = random.weighted(
    world.topics.filter(([{ template }]) => template.voice === voice || template.voice === 'any'),
  );
  const { template, lead } = topic;
  const village = template.area === 'village';
  const homes = world.homes.filter(
    ([{ area }]) => !village || area.streets.some(({ villages }) => villages.length > 0),
  );
  const { area, rates } = random.weighted(homes.length > 0 ? homes : world.homes);
  const place = writePlace(area, village, template.text.includes('{place}'), lists, random);
  const complaint = complaintOf(world, topic, channel, voice, place, minute);
  const local = lead === 'street' || lead === 'district';
  const closed = complaint.disposition === undefined && !isOpen(world, topic, minute);
  const way = complaint.wantsCallback === false ? null : complaint.caller?.phone === undefined ? 'app' : 'phone';
  return {
    complaint,
    expected: {
      matter: topic.matter,
      need: template.need,
      type: template.type,
      district: place.known === 'nothing' && !local ? null : area.district.code,
      street: place.known === 'street' || lead === 'street' ? place.street.code : null,
      known: place.known,
    },
    life: closed ? lifeOf(world, topic, rates, minute, way) : null,
  };
}

function complaintOf(
  world: World,
  topic: Topic,
  channel: Channel,
  voice: 'desk' | 'own',
  place: WrittenPlace,
  minute: number,
): DemoCase['complaint'] {
  const { random, lists, from, city } = world;
  const { template } = topic;
  const vague = `{vague-${template.area === 'village' ? 'village-' : ''}${template.voice === 'desk' ? 'desk' : 'own'}}`;
  const given = { city, place: place.text ?? fill(vague, lists, random) };
  const titled = template.title !== null && random.chance(voice === 'own' ? 0.8 : 0.3);
  const address = place.address;
  const caller = callerOf(world, template, channel);
  const reachable = caller.phone !== undefined || ['web', 'app', 'wechat', 'weibo'].includes(channel);
  const happened = minute - Math.floor(random.between(10, 4000));
  const dated = happened >= 0 && random.chance(0.3);
  const inForm =
    place.field ??
    (place.known === 'street' && random.chance(voice === 'own' ? 0.3 : 0.08) ? place.district.name : undefined);
  return {
    channel,
    text: fill(template.text, lists, random, given),
    ...(titled ? { title: fill(template.title ?? '', lists, random, given) } : {}),
    ...(address === undefined ? {} : { address }),
    ...(inForm === undefined ? {} : { district: inForm }),
    ...(dated ? { occurredAt: shanghaiTime(new Date(from.getTime() + happened * 60_000)) } : {}),
    caller,
    ...(reachable && !random.chance(0.025) ? {} : { wantsCallback: false }),
    ...decide(world, topic),
  };
}

function callerOf({ random, lists }: World, template: DemoTemplate, channel: Channel): Caller {
  const byPhone = channel === 'phone';
  const firm = random.chance(template.caller === 'enterprise' ? 0.9 : 0.015);
  const named = random.chance(byPhone ? 0.75 : 0.6);
  const person = () =>
    fill('{surname}', lists, random) + random.pick(['先生', '女士', '女士', '先生', '先生', '女士', '大爷', '阿姨']);
  const name = firm ? fill('{firm}', lists, random) : person();
  const phone = `1990000${String(random.int(10_000)).padStart(4, '0')}`;
  return {
    ...(named ? { name } : {}),
    ...(random.chance(byPhone ? 0.97 : 0.8) ? { phone } : {}),
    kind: firm ? 'enterprise' : 'person',
    ...(random.chance(template.type === 'report' ? 0.2 : 0.03) ? { secret: true } : {}),
  };
}

/** What the operator does at once; nothing where he dispatches. */
function decide(
  { random, lists }: World,
  { template, name }: Topic,
): Pick<DemoCase['complaint'], 'disposition' | 'answer'> {
  const { type, disposition } = template;
  const answer = (list: string) => fill(`{${list}}`, lists, random, { matter: name });
  if (disposition !== null && random.chance(0.6)) return { disposition, answer: answer(disposition) };
  const shares: Readonly<Record<string, number>> = { consult: 0.6, praise: 0.6, other: 0.8 };
  if (!random.chance(shares[type] ?? 0)) return {};
  return { disposition: 'answered', answer: answer(type === 'consult' ? 'answer' : `${type}-answer`) };
}

/** Whether a case is still open when the period ends: about 6 %, more of the late ones, never an urgent one. */
function isOpen({ random }: World, { level }: Topic, minute: number): boolean {
  if (level.replyUnit === 'hour') return false;
  return random.chance(minute < 12 * day ? 0.045 : 0.12);
}
