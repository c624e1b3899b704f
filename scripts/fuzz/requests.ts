/** Requests for the fuzzer: sound ones, made from openapi.yaml and what exists, and what is done to them. All by a seed. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createRandom } from '../../src/demo/random.ts';
import { calls } from '../../test/access/calls.ts';
import type { Place } from '../../test/access/places.ts';
import { file, form, formType } from '../../test/attachment/form.ts';
import { hostileTexts, hostileValues } from './hostile.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Request {
  operation: string;
  method: Method;
  url: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

/** Whole numbers below `n`, the same ones for the same seed. */
export type Dice = (n: number) => number;

export function dice(seed: number): Dice {
  const { next } = createRandom(seed);
  return (n) => (next() * 2 ** 32) % n;
}

export function pick<T>(roll: Dice, from: readonly T[]): T {
  const found = from[roll(from.length)];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
}

interface Parameter {
  name: string;
  in: string;
  schema: Schema;
}
interface Schema {
  type?: string;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
}
interface Operation {
  name: string;
  method: Method;
  path: string;
  query: Parameter[];
  body: Schema | null;
}
interface Said {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
}

const document: { paths: Record<string, Record<string, Said>>; components: { schemas: Record<string, Schema> } } =
  parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));
const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, said]) =>
  Object.entries(said).flatMap(([word, { operationId: name, parameters = [], requestBody }]) => {
    const method = methods.find((one) => one.toLowerCase() === word);
    if (name === undefined || method === undefined) return [];
    const body = requestBody?.content?.['application/json']?.schema ?? null;
    return [{ name, method, path, query: parameters.filter((one) => one.in === 'query'), body }];
  }),
);

const instants = ['2026-11-22T09:00:00+08:00', '2026-11-22T04:00:00Z', '2026-11-01T00:00:00+08:00'];
const days = ['2026-11-22', '2026-11-01', '2026-12-31', '2027-01-01'];
const words = [
  '110105026',
  '110105',
  'BJ-ZJW',
  'M05.06.02',
  'ZJ',
  '垃圾',
  '望京街道',
  'total',
  'volume',
  '2026-11',
  'unit',
];

/** A value that a schema takes, or nearly. */
function valueFor(schema: Schema, roll: Dice, place: Place): unknown {
  if (schema.$ref !== undefined)
    return valueFor(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, roll, place);
  if (schema.enum !== undefined) return pick(roll, schema.enum);
  switch (schema.type) {
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const chosen = Object.entries(properties).filter(([name]) => required.includes(name) || roll(3) === 0);
      return Object.fromEntries(chosen.map(([name, one]) => [name, valueFor(one, roll, place)]));
    }
    case 'array':
      return Array.from({ length: roll(3) }, () => valueFor(schema.items ?? {}, roll, place));
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = 1000 } = schema;
      return minimum + roll(Math.min(maximum - minimum, 1000) + 1);
    }
    case 'boolean':
      return roll(2) === 0;
    default:
      if (schema.format === 'date-time') return pick(roll, instants);
      if (schema.format === 'date') return pick(roll, days);
      return pick(roll, [...words, ...Object.values(place)]);
  }
}

/** A request as it should be, about things of a place. */
export function sound(operation: Operation, roll: Dice, place: Place): Request {
  const { name, method, path } = operation;
  const call = calls[name];
  const key = call?.key === undefined ? '' : place[call.key];
  const filled = path.replace('{period}', '2026-11').replace(/\{\w+\}/, key);
  const known = call?.query?.(place);
  const pairs = operation.query
    .filter(() => roll(4) === 0)
    .map((one) => `${one.name}=${encodeURIComponent(String(valueFor(one.schema, roll, place)))}`);
  const query = [...(known === undefined ? [] : [known]), ...pairs].join('&');
  const url = query === '' ? filled : `${filled}?${query}`;
  const given = operation.body !== null && roll(3) === 0 ? valueFor(operation.body, roll, place) : call?.body?.(place);
  if (given === undefined || method === 'GET') return { operation: name, method, url, headers: {} };
  const isRaw = typeof given === 'string' || Buffer.isBuffer(given);
  const headers = call?.headers ?? { 'content-type': 'application/json' };
  return { operation: name, method, url, headers: { ...headers }, body: isRaw ? given : JSON.stringify(given) };
}

/** One thing done to a request. */
export type Mutation = (request: Request) => Request;

const isBag = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Changes a JSON body somewhere; other bodies stay. */
function inBody(change: (bag: Record<string, unknown>) => void): Mutation {
  return (request) => {
    if (typeof request.body !== 'string' || request.headers['content-type'] !== 'application/json') return request;
    try {
      const body: unknown = JSON.parse(request.body);
      if (!isBag(body)) return request;
      change(body);
      return { ...request, body: JSON.stringify(body) };
    } catch {
      return request;
    }
  };
}

/** A field of a bag or of one inside it. */
function somewhere(bag: Record<string, unknown>, roll: Dice): [Record<string, unknown>, string] {
  const names = Object.keys(bag);
  const name = names.length === 0 ? 'text' : pick(roll, names);
  const inner = bag[name];
  return isBag(inner) && roll(2) === 0 ? somewhere(inner, roll) : [bag, name];
}

const fieldMutations = (roll: Dice): Mutation[] => {
  const value = pick(roll, hostileValues);
  const seed = roll(1_000_000);
  return [
    inBody((bag) => {
      const [where, name] = somewhere(bag, dice(seed));
      where[name] = value;
    }),
    inBody((bag) => {
      const [where, name] = somewhere(bag, dice(seed));
      delete where[name];
    }),
    inBody((bag) => {
      bag[String(pick(dice(seed), hostileTexts)).slice(0, 200)] = value;
    }),
  ];
};

const rawMutations = (roll: Dice): Mutation[] => {
  const share = roll(100) / 100;
  const text = pick(roll, hostileTexts);
  const depth = pick(roll, [10, 1000, 60_000]);
  const withBody = (make: (body: Buffer) => string | Buffer): Mutation => {
    return (request) => (request.body === undefined ? request : { ...request, body: make(Buffer.from(request.body)) });
  };
  return [
    withBody((body) => body.subarray(0, Math.floor(body.length * share))),
    withBody((body) => Buffer.concat([body.subarray(0, Math.floor(body.length * share)), Buffer.from(text), body])),
    withBody(() => '['.repeat(depth) + ']'.repeat(depth)),
    withBody(() => `${'{"text":'.repeat(depth)}1${'}'.repeat(depth)}`),
    withBody((body) => body.toString().replace('{', '{"reason":"甲","reason":1,"__proto__":{"admin":true},')),
    withBody((body) => body.toString().replace('{', '{"constructor":{"prototype":{"admin":true}},')),
    withBody((body) => body.toString().replace(/"[^"]*"(?=[,}])/, '1e999')),
    withBody(() => form(file(text, text.slice(0, 300).replace(/["\r\n]/g, '_')))),
    withBody((body) => Buffer.concat([body, Buffer.from([0xff, 0xfe, 0xed, 0xa0, 0x80])])),
  ];
};

const headerNames = [
  ...['content-type', 'if-match', 'if-none-match', 'idempotency-key', 'last-event-id', 'accept', 'accept-encoding'],
  ...['cookie', 'x-csrf-token', 'authorization', 'x-forwarded-for', 'host', 'range', 'origin'],
];
const headerValues = [
  ...[
    '',
    '*',
    '"1"',
    '"999999999"',
    '"x"',
    'W/"1"',
    'application/json',
    'text/csv',
    'multipart/form-data',
    'text/plain',
  ],
  ...['application/json; charset=utf-16', formType['content-type'], 'multipart/form-data; boundary=', 'Bearer x'],
  ...['jiesu=x', '__Host-jiesu=%00', 'k'.repeat(300), '1e999', '-1', '{}', "'; drop table complaints --", 'bytes=0-1'],
];

const addressMutations = (roll: Dice, operation: Operation): Mutation[] => {
  const text = pick(roll, hostileTexts);
  const safe = encodeURIComponent(text.replace(/\p{Cs}/gu, '\uFFFD')).slice(0, 3000);
  const names = [...operation.query.map(({ name }) => name), 'limit', 'cursor', '__proto__', 'q[]', 'constructor'];
  const name = pick(roll, names);
  const joined = (url: string) => (url.includes('?') ? '&' : '?');
  const header = pick(roll, headerNames);
  const value = pick(roll, headerValues);
  return [
    (request) => ({ ...request, url: `${request.url}${joined(request.url)}${name}=${safe}` }),
    (request) => ({ ...request, url: `${request.url}${joined(request.url)}${name}=${pick(dice(safe.length), words)}` }),
    (request) => ({ ...request, url: `${request.url}${joined(request.url)}${name}=1&${name}=2&${name}[x]=3&%` }),
    (request) => ({ ...request, url: request.url.replace(/\d{2,}/, safe.slice(0, 200)) }),
    (request) => ({ ...request, url: request.url.replace(/\d{2,}/, '999999999999999') }),
    (request) => ({ ...request, url: `${request.url}/..%2f..%2f${safe.slice(0, 100)}` }),
    (request) => ({ ...request, headers: { ...request.headers, [header]: value } }),
  ];
};

/** Something to do to a request of an operation. */
export function mutation(operation: Operation, roll: Dice): Mutation {
  const kinds = [fieldMutations(roll), fieldMutations(roll), rawMutations(roll), addressMutations(roll, operation)];
  return pick(roll, pick(roll, kinds));
}
