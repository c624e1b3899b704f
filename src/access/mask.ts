/** How personal data is shown to those who need not read it: 张**, 199****1234. Pure. */

/** The first character of a name, and two stars whatever its length. */
export function maskName(name: string): string {
  return `${[...name][0] ?? ''}**`;
}

/** The first three and last four digits of a telephone number; nothing of a short one. */
export function maskPhone(phone: string): string {
  return phone.length < 9 ? '****' : `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}
