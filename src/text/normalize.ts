/**
 * Brings full-width letters and digits to half width and letters to lower case, one character for one character, so that
 * a span in the result is the same span in the original. Chinese punctuation stays as it is.
 */
export function normalize(text: string): string {
  return text.replace(/[０-９Ａ-Ｚａ-ｚA-Z\u3000]/g, (char) => {
    if (char === '\u3000') return ' ';
    const code = char.charCodeAt(0);
    return (code >= 0xff10 ? String.fromCharCode(code - 0xfee0) : char).toLowerCase();
  });
}
