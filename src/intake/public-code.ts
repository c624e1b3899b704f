/** The code with which a caller looks at his complaint on the public page: 128 random bits, readable over the telephone. Pure. */

/** Crockford's base 32: no I, L, O or U. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Random bytes that a code takes; earlier ones were shorter and stay good. */
export const codeBytes = 16;

/** Twenty-six letters for sixteen random bytes. */
export function publicCode(random: Buffer): string {
  if (random.length !== codeBytes) throw new RangeError(`a public code takes ${codeBytes} random bytes`);
  let bits = BigInt(`0x${random.toString('hex')}`);
  let code = '';
  for (let i = 0; i < 26; i += 1) {
    code = letters[Number(bits % 32n)] + code;
    bits /= 32n;
  }
  return code;
}

/** A code as somebody has read and typed it: in small letters, in groups, with I for 1 and O for 0. */
export function readCode(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replace(/O/g, '0');
}
