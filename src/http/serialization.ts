/**
 * Compiles the schemas of answers, each with only the shared schemas that it refers to, and each once a process. Fastify hands every
 * answer all shared schemas, which its compiler checks and copies every time: with some hundred of both that takes seconds of each
 * start.
 */
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type Serialize = (answer: unknown) => string;
interface Route {
  method: string;
  url: string;
  httpStatus?: string;
  schema?: unknown;
}

const factory = SerializerSelector();
const compiled = new Map<string, Serialize>();

/** The names of the shared schemas that a schema refers to. */
function refsOf(schema: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const part of schema) refsOf(part, found);
  else if (typeof schema === 'object' && schema !== null)
    for (const [name, part] of Object.entries(schema)) {
      const [shared] = name === '$ref' && typeof part === 'string' ? part.split('#') : [];
      if (shared) found.add(shared);
      else refsOf(part, found);
    }
  return found;
}

/** Those of the shared schemas that a schema needs, and what these need in turn. */
export function neededBy(schema: unknown, shared: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const needed: Record<string, unknown> = {};
  const add = (part: unknown): void => {
    for (const name of refsOf(part)) {
      if (name in needed || !(name in shared)) continue;
      needed[name] = shared[name];
      add(shared[name]);
    }
  };
  add(schema);
  return needed;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** For `schemaController.compilersFactory.buildSerializer`. */
export function buildSerializer(external: unknown) {
  const shared = isRecord(external) ? external : {};
  return ({ method, url, httpStatus = '200', schema }: Route): Serialize => {
    const needed = neededBy(schema, shared);
    const key = JSON.stringify([schema, needed]);
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const serialize = factory(needed, {})({ method, url, httpStatus, schema });
    compiled.set(key, serialize);
    return serialize;
  };
}
