/** File names: from strangers, shown to officials, written into headers and onto their disks. */
import type { Kind } from '../media/kinds.ts';

const maxLength = 200;

/** What a name may not hold: controls, what cannot be seen or turns the direction of writing, and what file systems refuse. */
const unwanted = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\uFFFD<>:"|?*]/gu;

/** Without dots and spaces at its ends. A pattern that ends with the text would walk every run of dots again for each of them. */
function withoutEdges(text: string): string {
  const start = text.search(/[^. ]/);
  let end = text.length;
  while (end > start && '. '.includes(text.charAt(end - 1))) end -= 1;
  return start === -1 ? '' : text.slice(start, end);
}

/**
 * A harmless name with the extension of what the file is: without folders, invisible characters, leading dots; at most 200
 * characters. `发票.exe` that is a JPEG becomes `发票.exe.jpg`.
 */
export function cleanName(given: string, { extension, aliases = [] }: Pick<Kind, 'extension' | 'aliases'>): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const shown = last.normalize('NFC').replace(unwanted, '').replace(/\s+/g, ' ').trim();
  const [, stem = shown, ending = ''] = /^(.*)\.([^.]*)$/.exec(shown) ?? [];
  const isItsOwn = [extension, ...aliases].includes(ending.toLowerCase());
  const bare = withoutEdges(isItsOwn ? stem : shown);
  const room = maxLength - extension.length - 1;
  const cut = [...bare].slice(0, room).join('').trimEnd();
  return `${cut === '' ? '附件' : cut}.${extension}`;
}

/** The value of Content-Disposition that saves a file under its name instead of showing it. */
export function disposition(name: string): string {
  const encoded = encodeURIComponent(name).replace(/['()*!]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `attachment; filename*=UTF-8''${encoded}`;
}
