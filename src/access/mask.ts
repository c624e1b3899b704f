/** How personal data is shown to those who need not read it: 张**, 199****1234. Pure. */
import type { Role } from './roles.ts';

/** Roles that read texts as they were taken down: who does that, sorts them, or filed them himself. */
const textReaders: readonly Role[] = ['operator', 'dispatcher', 'channel'];

/** Whether a role reads texts with the telephone and identity numbers in them. */
export function readsTexts(role: Role): boolean {
  return textReaders.includes(role);
}

/** The first character of a name, and two stars whatever its length. */
export function maskName(name: string): string {
  return `${[...name][0] ?? ''}**`;
}

/** Telephone and identity numbers. */
const numbers = /(?<!\d)(1\d{10}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx])(?!\d)/g;

/** Running text with the telephone and identity numbers in it masked. */
export function maskText(text: string): string {
  return text.replace(numbers, (number) => maskPhone(number));
}

/** The telephone and identity numbers in a text. */
export function numbersIn(text: string): string[] {
  return text.match(numbers) ?? [];
}

/** The first three and last four digits of a telephone number; nothing of a short one. */
export function maskPhone(phone: string): string {
  return phone.length < 9 ? '****' : `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}
