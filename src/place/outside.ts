/** Places outside the city: how sure a text is of them. */
import * as context from './context.ts';
import { isCounty } from './counties.ts';
import type { Mention } from './mentions.ts';
import { HAILS } from './role.ts';

/** Folded text, what it counts, and whether it is an address field. */
interface Read {
  text: string;
  weight: number;
  address: boolean;
}

export interface Outside {
  /** What the place outside leaves of the address. */
  rest: Mention[];
  /** How sure it is that the matter is there, 0 where the address goes on at home. */
  weight: number;
  start: number;
  end: number;
}

/** Weighs a place outside the city and takes from the address what it qualifies: 南通市 leaves nothing of 通州区. */
export function takeOutside(read: Read, address: Mention[], role: number): Outside {
  const at = address.findIndex(({ meaning }) => meaning.level === 'outside');
  const mention = address[at];
  if (!mention) return { rest: address, weight: 0, start: 0, end: 0 };
  const rest = address.slice(at + 1);
  const { end } = rest.at(-1) ?? mention;
  const home = rest.findIndex(({ meaning }) => meaning.level === 'city');
  const deeper = rest.length > 0 || isCounty(read.text, mention.end);
  const goesOn = deeper || context.addressGoesOn(read.text, mention.end);
  const stated = role > 1 || read.address;
  // a bare 河北 is mostly talk; it is a place when an address goes on behind it, and 湖北武汉 however it is said
  const known = mention.meaning.exact || rest.some(({ meaning }) => meaning.level !== 'outside' || meaning.exact);
  let weight = deeper || (goesOn && (stated || mention.start === 0)) ? 0.75 : 0.2;
  if (known) weight = goesOn || stated ? 0.9 : mention.start === 0 ? 0.6 : 0.45;
  // 老家河北 tells who speaks; 老家邯郸丛台区的房子漏水 where the matter is
  const hails = role === HAILS && goesOn && (known || deeper) && context.hasAffair(read.text, end);
  weight = Math.min(0.98, (hails ? 0.6 : weight * role) * read.weight);
  if (home >= 0) return { rest: rest.slice(home), weight: 0, start: mention.start, end };
  return { rest: address.slice(0, at), weight, start: mention.start, end };
}
