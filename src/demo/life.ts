/**
 * What happens to a dispatched demo complaint: signing, first contact, reply and call-back, in minutes that mostly keep
 * the clocks of its level. Pure.
 */
import type { Level } from '../catalog/types.ts';
import type { Random } from './random.ts';
import { type DemoDistrict, type DemoLists, type DemoTemplate, fill } from './texts.ts';

export interface DemoAttempt {
  minutesAfterReply: number;
  way: 'phone' | 'sms' | 'app';
  reached: boolean;
  contacted?: boolean;
  resolved?: boolean;
  satisfaction?: 'satisfied' | 'basic' | 'dissatisfied';
}

/** What happens to an order: minutes count from dispatch, those of attempts from the reply. */
export interface DemoLife {
  signMinutes: number;
  contactMinutes: number | null;
  replyMinutes: number;
  result: 'resolved' | 'explained' | 'unresolved';
  reply: string;
  /** Empty where the caller wants no call-back or cannot be called. */
  attempts: DemoAttempt[];
}

/** What a life is about. */
export interface Subject {
  template: DemoTemplate;
  /** Name of the matter. */
  name: string;
  level: Level;
  /** Whether cases of its request type count in the assessment. */
  counted: boolean;
}

/** What a life is told with. */
export interface Teller {
  lists: DemoLists;
  random: Random;
  /** True as often as the share says, evenly spread within each key, so that small districts keep their figures, too. */
  evenly: (key: string, share: number) => boolean;
}

type Answers = Required<Pick<DemoAttempt, 'contacted' | 'resolved' | 'satisfaction'>>;

const day = 1440;
/** Every life ends before day 28, the shortest period; half a day is left for the time until an order is dispatched. */
const horizon = 27.5 * day;
/** No series of attempts takes longer than this after the reply, in minutes. */
const longestCallback = 90 * 60;

export function evenSpread(random: Random): Teller['evenly'] {
  const sums = new Map<string, number>();
  return (key, share) => {
    const sum = (sums.get(key) ?? random.next()) + share;
    sums.set(key, sum % 1);
    return sum >= 1;
  };
}

/**
 * The life of an order dispatched soon after `minute` of the period, in a district with these rates. `way` is how the
 * caller can be called back, null where he cannot.
 */
export function lifeOf(
  teller: Teller,
  subject: Subject,
  rates: DemoDistrict,
  minute: number,
  way: 'phone' | 'app' | null,
): DemoLife {
  const { random, lists } = teller;
  const clocks = clocksOf(random, subject.level, minute);
  const { failed, last } = attemptsOf(random, way, minute + clocks.replyMinutes, subject.level);
  const answers = answersOf(teller, rates, `${subject.counted} ${last !== null}`);
  const silent = !answers.contacted && random.chance(0.8);
  const result = random.weighted(
    answers.resolved
      ? [['resolved', 92] as const, ['explained', 8] as const]
      : [['resolved', 50] as const, ['explained', 33] as const, ['unresolved', 17] as const],
  );
  return {
    ...clocks,
    contactMinutes: silent ? null : clocks.contactMinutes,
    result,
    reply: fill(`{${subject.template.kind}-${result}}`, lists, random, { matter: subject.name }),
    attempts: last === null ? failed : [...failed, { ...last, reached: true, ...answers }],
  };
}

/** Signing, contact and reply in this order; some 4 to 6 % of each are late. */
function clocksOf(
  random: Random,
  level: Level,
  minute: number,
): Pick<DemoLife, 'signMinutes' | 'replyMinutes'> & { contactMinutes: number } {
  const limit = level.replyAmount * (level.replyUnit === 'hour' ? 60 : day);
  const inTime = 0.12 + 0.4 * (random.next() + random.next());
  const late = random.chance(0.06) ? random.between(1.03, 1.3) : null;
  const room = horizon - minute - longestCallback;
  // a case that came late in the period has no room to be late in
  const drawn = late !== null && limit * late < room ? limit * late : Math.min(limit * inTime, room);
  const sign = Math.ceil(
    level.signMinutes * (random.chance(0.04) ? random.between(1.1, 2.5) : random.between(0.04, 0.8)),
  );
  const reply = Math.max(level.replyUnit === 'hour' ? drawn : byDay(minute, drawn), sign + 10);
  const lateContact = level.contactMinutes * random.between(1.05, 1.6);
  const slow = random.chance(0.05) && lateContact < reply;
  const soon = sign + (Math.min(level.contactMinutes, reply) - sign) * random.between(0.1, 0.9);
  // signed later than the limit of the contact allows: the contact follows the signing
  const contact = slow ? lateContact : Math.max(soon, sign + 3);
  return { signMinutes: sign, contactMinutes: Math.ceil(contact), replyMinutes: Math.ceil(reply) };
}

/** Moves a reply out of the night, to the afternoon before. */
function byDay(minute: number, reply: number): number {
  const time = (minute + reply) % day;
  if (time < 8 * 60) return reply - time - 6 * 60;
  return time > 19 * 60 ? reply - (time - 17 * 60) : reply;
}

/**
 * Attempts, three at most: three in four succeed at once, about 6 % never. `replied` is the minute of the reply. The last
 * one is the valid one, null where there is none.
 */
function attemptsOf(
  random: Random,
  way: 'phone' | 'app' | null,
  replied: number,
  level: Level,
): { failed: DemoAttempt[]; last: Pick<DemoAttempt, 'minutesAfterReply' | 'way'> | null } {
  const failed: DemoAttempt[] = [];
  if (way === null) return { failed, last: null };
  let at = level.replyUnit === 'hour' ? random.between(20, 600) : random.between(60, 30 * 60);
  for (const success of [0.75, 0.55, 0.5]) {
    at = awake(random, replied, at);
    const minutesAfterReply = Math.ceil(at);
    const tried: DemoAttempt['way'] = way === 'phone' && failed.length === 2 ? 'sms' : way;
    if (random.chance(success)) return { failed, last: { minutesAfterReply, way: tried } };
    // some pick up and hang up: reached, but no answer, so not valid either
    failed.push({ minutesAfterReply, way: tried, reached: tried === 'phone' && random.chance(0.12) });
    at += random.between(120, 300);
  }
  return { failed, last: null };
}

/** Nobody is called at night: the attempt waits until the morning. */
function awake(random: Random, replied: number, at: number): number {
  const time = (replied + at) % day;
  const morning = 9 * 60 + random.int(120);
  if (time < 9 * 60) return at + morning - time;
  return time > 20 * 60 ? at + day - time + morning : at;
}

/** Share and score of a caller whose problem is solved: 99 % at least basically satisfied, 86 % of those fully. */
const pleased = { resolved: 0.99, unresolved: 0.6 };
const fully = { resolved: 0.86, unresolved: 0.15 };
const score = (of: 'resolved' | 'unresolved') => fully[of] + 0.9 * (1 - fully[of]);

/**
 * What the caller will say. Satisfaction follows from whether the problem is solved; how many of the others are pleased
 * all the same is what the district's rate of satisfaction leaves over. The rates hold within each `group`.
 */
function answersOf({ evenly }: Teller, rates: DemoDistrict, group: string): Answers {
  const key = (what: string) => `${rates.code} ${group} ${what}`;
  const share = rates.resolution / 1000;
  const contacted = evenly(key('contacted'), rates.response / 1000);
  const resolved = evenly(key('resolved'), share);
  const outcome = resolved ? 'resolved' : 'unresolved';
  const left = rates.satisfaction / 1000 - share * pleased.resolved * score('resolved');
  const others = share < 1 ? left / (1 - share) / score('unresolved') : 0;
  const content = resolved ? pleased.resolved : Math.min(Math.max(others, 0.03), pleased.unresolved);
  if (!evenly(key(`content ${outcome}`), content)) return { contacted, resolved, satisfaction: 'dissatisfied' };
  return { contacted, resolved, satisfaction: evenly(key(`fully ${outcome}`), fully[outcome]) ? 'satisfied' : 'basic' };
}
