/** Uploads as clients send them, and what of them is stored. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, app, type Caller, complaint, type T, type TestApp } from '../helper.ts';

export interface Part {
  name: string;
  /** With it the part is a file. */
  fileName?: string;
  body: Buffer | string;
}

const boundary = '----jiesu-form';
export const formType = { 'content-type': `multipart/form-data; boundary=${boundary}` };

export function form(...parts: Part[]): Buffer {
  const written = parts.map(({ name, fileName, body }) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"\r\ncontent-type: application/octet-stream`;
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), Buffer.from(body), Buffer.from('\r\n')]);
  });
  return Buffer.concat([...written, Buffer.from(`--${boundary}--\r\n`)]);
}

export const file = (body: Buffer | string, fileName = 'photo.jpg'): Part => ({ name: 'file', fileName, body });

/** Sends one file, with a note where one is given. */
export function upload(caller: Caller, url: string, sent: Part, note?: string): Promise<Answer> {
  const parts = note === undefined ? [sent] : [sent, { name: 'note', body: note }];
  return caller.post(url, form(...parts), formType);
}

/** All files below the folder of a test, by their path in it. */
export function kept({ ctx }: TestApp): string[] {
  const root = join(ctx.files.incoming, '..');
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.name.startsWith('upload-'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

export const lead = '110105026';
export const co = 'BJ-SCJ';

/** A complaint with the orders of two units, a street and a city department. */
export async function desk(t: T) {
  const service = await app(t);
  const operator = await service.as('operator');
  const street = await service.as('handler', lead);
  const city = await service.as('handler', co);
  const fileOne = async (changes: object = {}, by: Caller = operator) => {
    const lift = { text: '电梯把人困住了，请尽快来人。', matter: 'M05.06.02', street: lead };
    const { number, orders } = (await by.post('/complaints', complaint({ ...lift, ...changes }))).body;
    const idOf = (unit: string): string => orders.find((one: { unit: { code: string } }) => one.unit.code === unit)?.id;
    return { url: `/complaints/${number}`, street: `/orders/${idOf(lead)}`, city: `/orders/${idOf(co)}` };
  };
  return { ...service, operator, street, city, fileOne };
}
