/**
 * The addresses of a text: places named side by side, of which the earlier says where the later is, each with the role that
 * the words around give it.
 */
import { joins } from './context.ts';
import type { Gazetteer } from './gazetteer.ts';
import { type Mention, mentionsIn } from './mentions.ts';
import { ELSEWHERE, isInside, roleAt, TRANSIT } from './role.ts';

export interface Address {
  mentions: Mention[];
  role: number;
  /** Named in one breath with another (甲和乙). */
  isPaired: boolean;
}

const PAIR = /^(?:[和与跟或、及]|还是|以及|或者|[-—~]{1,2})$/;
const LIST = /^(?:、|[-—~]{1,2})$/;

function isPair(text: string, one: Address, other: Address): boolean {
  const end = one.mentions.at(-1)?.end ?? 0;
  const start = other.mentions[0]?.start ?? 0;
  return start - end <= 2 && PAIR.test(text.slice(end, start));
}

/** Whether two places are listed, as the stops of a bus are, and the earlier is not where the later is. */
function isListed(text: string, one: Mention, other: Mention): boolean {
  const [level, next] = [one.meaning.level, other.meaning.level];
  if (level !== 'fine' && !(level === 'coarse' && next === 'coarse')) return false;
  return other.start - one.end <= 2 && LIST.test(text.slice(one.end, other.start));
}

function split(gazetteer: Gazetteer, text: string): Address[] {
  const found: Address[] = [];
  let last: Mention | null = null;
  let fine = false;
  for (const mention of mentionsIn(gazetteer, text)) {
    const { level } = mention.meaning;
    const restarts = fine && (level === 'district' || level === 'city') && text[mention.start - 1] !== '(';
    const joined = last && !restarts && joins(text, last.end, mention.start, last.meaning.level === 'outside');
    if (joined && !isListed(text, last as Mention, mention)) found.at(-1)?.mentions.push(mention);
    else {
      found.push({ mentions: [mention], role: 1, isPaired: false });
      fine = false;
    }
    last = mention;
    fine ||= level === 'coarse' || level === 'fine';
  }
  return found;
}

function roleOf(text: string, { mentions }: Address, isAlone: boolean): number {
  const first = mentions[0] as Mention;
  const last = mentions[mentions.length - 1] as Mention;
  const { level } = last.meaning;
  const role = roleAt(text, { start: first.start, end: last.end, level }, isAlone);
  if (!isAlone || role !== ELSEWHERE) return role;
  if (level !== 'outside' && level !== 'district' && isInside(text, last.end)) return 0.9;
  // 我在西城上班，单位不交社保: no other place is named, and a district is not much to be wrong about
  return first.meaning.level === 'outside' || (first === last && level === 'district') ? 0.8 : role;
}

/** Whether there is more than a short name amid other words, which mostly is none: 广场. */
function speaks({ mentions }: Address): boolean {
  return mentions.some(({ loose, meaning }) => !loose || meaning.targets.length > 0);
}

/** The addresses of folded text, in order. */
export function addressesIn(gazetteer: Gazetteer, text: string): Address[] {
  const addresses = split(gazetteer, text);
  const isAlone = addresses.length === 1 || addresses.filter(speaks).length === 1;
  // what somebody only visits or comes from is no rival of the one place left
  let rivals = 0;
  for (const address of addresses) {
    address.role = roleOf(text, address, isAlone);
    if (address.role > ELSEWHERE || address.role === TRANSIT) rivals += 1;
  }
  for (let i = 1; i < addresses.length; i += 1) {
    const [one, other] = [addresses[i - 1] as Address, addresses[i] as Address];
    if (!isPair(text, one, other)) continue;
    one.isPaired = true;
    other.isPaired = true;
  }
  if (rivals === 1 && addresses.length > 1)
    for (const address of addresses)
      if (address.role < 1 && address.role !== ELSEWHERE) address.role = roleOf(text, address, true);
  return addresses;
}
