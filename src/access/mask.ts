/** How personal data is shown to those who need not read it: 张**, 199****1234. Pure. */

/** The first character of a name, and two stars whatever its length. */
export function maskName(name: string): string {
  return `${[...name][0] ?? ''}**`;
}

/** Telephone and identity numbers inside running text. */
export function maskText(text: string): string {
  return text.replace(/(?<!\d)(1\d{10}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx])(?!\d)/g, (number) => maskPhone(number));
}

/** The first three and last four digits of a telephone number; nothing of a short one. */
export function maskPhone(phone: string): string {
  return phone.length < 9 ? '****' : `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}
