/** The code with which a caller looks at his complaint on the public page: 40 random bits, easy to read over the telephone. */

/** Crockford's base 32: no I, L, O or U. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Eight letters for five random bytes. */
export function publicCode(random: Buffer): string {
  if (random.length !== 5) throw new RangeError('a public code takes 5 random bytes');
  let bits = BigInt(`0x${random.toString('hex')}`);
  let code = '';
  for (let i = 0; i < 8; i += 1) {
    code = letters[Number(bits % 32n)] + code;
    bits /= 32n;
  }
  return code;
}
