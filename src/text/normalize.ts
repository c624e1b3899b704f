/** What each UTF-16 unit becomes. */
const NORMAL = Uint16Array.from({ length: 65536 }, (_, code) => {
  if (code === 0x3000) return 0x20;
  const half = /[０-９Ａ-Ｚａ-ｚ]/.test(String.fromCharCode(code)) ? code - 0xfee0 : code;
  return half >= 0x41 && half <= 0x5a ? half + 0x20 : half;
});

/**
 * Replaces each UTF-16 unit by the one `table` gives for it. Most units stay, often all of them: then it is the same string.
 */
export function replaceUnits(text: string, table: Uint16Array): string {
  let out = '';
  let kept = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const other = table[code] as number;
    if (other === code) continue;
    out += text.slice(kept, i) + String.fromCharCode(other);
    kept = i + 1;
  }
  return kept === 0 ? text : out + text.slice(kept);
}

/**
 * Brings full-width letters and digits to half width and letters to lower case, one character for one character, so that
 * a span in the result is the same span in the original. Chinese punctuation stays as it is.
 */
export function normalize(text: string): string {
  return replaceUnits(text, NORMAL);
}
