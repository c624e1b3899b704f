import { simplified, traditional } from './traditional.ts';

/** Which UTF-16 units become others, as bits (a few cache lines for all of Chinese), and what they become. */
export interface Replacements {
  changed: Int32Array;
  units: Uint16Array;
}

export function buildReplacements(replace: (unit: number) => number): Replacements {
  const units = Uint16Array.from({ length: 65536 }, (_, unit) => replace(unit));
  const changed = new Int32Array(2048);
  units.forEach((other, unit) => {
    if (other !== unit) changed[unit >> 5] = (changed[unit >> 5] as number) | (1 << (unit & 31));
  });
  return { changed, units };
}

/** Replaces units one for one. Most stay, often all of them: then it is the same string. */
export function replaceUnits(text: string, { changed, units }: Replacements): string {
  let out = '';
  let kept = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (((changed[unit >> 5] as number) & (1 << (unit & 31))) === 0) continue;
    out += text.slice(kept, i) + String.fromCharCode(units[unit] as number);
    kept = i + 1;
  }
  return kept === 0 ? text : out + text.slice(kept);
}

const simplifiedOf = new Map(
  Array.from(traditional, (unit, index) => [unit.charCodeAt(0), simplified.charCodeAt(index)] as const),
);

const NORMAL = buildReplacements((unit) => {
  if (unit === 0x3000) return 0x20;
  const half = /[０-９Ａ-Ｚａ-ｚ]/.test(String.fromCharCode(unit)) ? unit - 0xfee0 : unit;
  return half >= 0x41 && half <= 0x5a ? half + 0x20 : (simplifiedOf.get(half) ?? half);
});

/**
 * Brings full-width letters and digits to half width, letters to lower case and traditional characters to simplified ones,
 * one character for one character, so that a span in the result is the same span in the original. Chinese punctuation stays
 * as it is.
 */
export function normalize(text: string): string {
  return replaceUnits(text, NORMAL);
}
