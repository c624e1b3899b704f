/** What a password must be, and its hash. Pure: salts are given. */
import { hash, verify } from '@node-rs/argon2';

/** NIST SP 800-63B-4, 3.1.1.2: length instead of rules about kinds of characters; a list of what everybody chooses. */
export const minLength = 12;
export const maxLength = 128;

/** OWASP Password Storage Cheat Sheet: Argon2id (the package's default) with 19 MiB of memory, two passes, one thread. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
export const saltBytes = 16;

/** The hash of nobody's password, of the same cost: verified where there is no account, so that the answer takes as long. */
export const nobody =
  '$argon2id$v=19$m=19456,t=2,p=1$nsdZNYTl0uqvV1iZqzAzug$yLNuJHEusQq+CUSsTnBV31ZPqzrkDy+9evefjZDx7yM';

/** One form for what keyboards write in several (RFC 8265 asks for NFC; NFKC also joins full and half width). */
const normal = (password: string) => password.normalize('NFKC');

export function hashPassword(password: string, salt: Buffer): Promise<string> {
  return hash(normal(password), { ...parameters, salt });
}

export function verifyPassword(stored: string, password: string): Promise<boolean> {
  return verify(stored, normal(password));
}

/** A password for the first time: 80 random bits, spelled to be typed once. */
export const initialBytes = 10;

/** Common passwords as they are, and without the digits and signs around them: `woaini1314` stands for `woaini520!` too. */
export interface CommonPasswords {
  whole: ReadonlySet<string>;
  cores: ReadonlySet<string>;
}

/** Long enough to mean something. */
const minCore = 3;
const coreOf = (text: string) => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

/** Reads the list: one a line, `#` begins a comment. */
export function readCommon(text: string): CommonPasswords {
  const lines = text.split('\n').map((line) => line.trim().toLowerCase());
  const whole = new Set(lines.filter((line) => line !== '' && !line.startsWith('#')));
  return { whole, cores: new Set([...whole].map(coreOf).filter((core) => core.length >= minCore)) };
}

/** What is written with digits and signs in place of letters. */
const leet: Record<string, string> = { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' };
const plain = (text: string) => text.replace(/[013457@$]/g, (sign) => leet[sign] ?? sign);

/** How many different characters a password has at least. */
const minDifferent = 5;

function isRun(text: string): boolean {
  const steps = [...text].slice(1).map((char, at) => (char.codePointAt(0) ?? 0) - (text.codePointAt(at) ?? 0));
  return new Set(steps).size === 1;
}

/** Whether it is a common word, one said twice or more, or only digits and signs. */
function isCommon(text: string, { whole, cores }: CommonPasswords): boolean {
  const core = coreOf(text);
  const forms = [core, plain(core), plain(text)];
  if (whole.has(text) || core === '' || forms.some((form) => cores.has(form))) return true;
  const [, once = text] = /^(.{2,}?)\1+$/u.exec(text) ?? [];
  return once !== text && (cores.has(coreOf(once)) || whole.has(once) || once.length < minLength / 2);
}

/** Why a password is refused, in Chinese; null for a good one. `login` and `name` must not stand in it, unless it is a matter of one or two letters. */
export function weakness(password: string, login: string, name: string, common: CommonPasswords): string | null {
  const text = normal(password);
  const length = [...text].length;
  if (length < minLength) return `至少 ${minLength} 个字`;
  if (length > maxLength) return `最多 ${maxLength} 个字`;
  const lower = text.toLowerCase();
  if (login.length > 2 && lower.includes(login)) return '不能包含登录名';
  if ([...name].length > 1 && lower.includes(normal(name).toLowerCase())) return '不能包含姓名';
  if (new Set(lower).size < minDifferent || isRun(lower)) return '太简单，请少用重复或连续的字符';
  return isCommon(lower, common) ? '太常见，容易被猜中' : null;
}
