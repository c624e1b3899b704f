/**
 * Validation of requests: strict for bodies (a number is never taken for a string), converting for query strings and
 * parameters, which are always text. Messages are Chinese and name the field.
 */
import { Ajv, type ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';

export interface FieldError {
  path: string;
  message: string;
}

/** Control characters (line breaks and tabs aside), lone surrogates, and what decoding leaves of bytes that are not UTF-8. */
const unwanted = /[\p{Cs}\uFFFD]|(?![\t\n\r])\p{Cc}/u;
/** Something to see: neither white space nor a formatting character such as a zero-width space. */
const visible = /[^\s\p{Cf}]/u;
const isPlain = (value: string) => !unwanted.test(value) && visible.test(value);

const dates = /^\d{4}-\d{2}-\d{2}$/;
const instants = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;

/** Years that a hotline meets; both PostgreSQL and JavaScript know all of them. */
const isNear = (time: number) => time >= Date.UTC(1900) && time < Date.UTC(2200);

function isCalendarDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return dates.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A day of the calendar from 1900 to 2199. */
export function isDate(text: string): boolean {
  return isCalendarDay(text) && isNear(Date.parse(`${text}T00:00:00Z`));
}

/** An instant with its offset (RFC 3339), without leap seconds. */
export function isInstant(text: string): boolean {
  const [, date = ''] = instants.exec(text) ?? [];
  return isCalendarDay(date) && isNear(Date.parse(text));
}

function createAjv(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    coerceTypes,
    removeAdditional: false,
    useDefaults: true,
    strictTypes: false,
    // Otherwise no maximum is asked of what is converted to infinity (`?limit=1e999`).
    strictNumbers: !coerceTypes,
  });
  ajv.addFormat('date', isDate);
  ajv.addFormat('date-time', isInstant);
  ajv.addFormat('plain-text', isPlain);
  return ajv;
}

/** Compiles the validators of all routes. */
export function createValidatorCompiler(): FastifySchemaCompiler<object> {
  const strict = createAjv(false);
  const converting = createAjv(true);
  return ({ schema, httpPart, contentType }) => {
    // A form or a table is read piece by piece, not validated as a whole: its schema is for the documentation.
    if (contentType === 'multipart/form-data' || contentType === 'text/csv') return () => true;
    if (httpPart !== 'body') return converting.compile(schema);
    const validate = strict.compile(schema);
    return 'nullable' in schema ? orNothing(validate) : validate;
  };
}

/** A validator as Fastify calls it. */
type Validate = ReturnType<FastifySchemaCompiler<object>>;

/** A body that may be null may be left out: Fastify hands over undefined then, which is no JSON and no type of any schema. */
function orNothing(validate: ValidateFunction): Validate {
  const lenient: Validate = (body: unknown) => {
    const sound = body === undefined || validate(body);
    lenient.errors = sound ? null : (validate.errors as FastifySchemaValidationError[]);
    return sound;
  };
  return lenient;
}

const body = createAjv(false);

/** Validates outside a request what would be a request's body; fills in defaults. Empty where it is sound. */
export function validateBody(schema: object, value: unknown): FieldError[] {
  const validate = body.compile(schema);
  return validate(value) ? [] : explain((validate.errors ?? []) as FastifySchemaValidationError[], 'body');
}

const typeNames: Record<string, string> = {
  string: '文字',
  integer: '整数',
  number: '数字',
  boolean: 'true 或 false',
  object: '对象',
  array: '列表',
};

const formatNames: Record<string, string> = {
  'plain-text': '不能为空白，也不能含控制字符或无效字符',
  'date-time': '应为带时区的时间，如 2026-11-22T09:00:00+08:00',
  date: '应为日期，如 2026-11-22',
};

function message(keyword: string, params: Record<string, unknown>): string {
  switch (keyword) {
    case 'required':
      return '不能缺少';
    case 'additionalProperties':
      return '不认识的字段';
    case 'type':
      return `应为${typeNames[String(params.type)] ?? String(params.type)}`;
    case 'minLength':
      return Number(params.limit) === 1 ? '不能为空' : `至少 ${params.limit} 个字`;
    case 'maxLength':
      return `最多 ${params.limit} 个字`;
    case 'minimum':
      return `不能小于 ${params.limit}`;
    case 'maximum':
      return `不能大于 ${params.limit}`;
    case 'maxItems':
      return `最多 ${params.limit} 项`;
    case 'minItems':
      return `至少 ${params.limit} 项`;
    case 'format':
      return formatNames[String(params.format)] ?? '格式不对';
    case 'enum':
      return `应为 ${(params.allowedValues as unknown[]).join('、')} 之一`;
    case 'const':
      return `应为 ${String(params.allowedValue)}`;
    default:
      return '格式不对';
  }
}

/** Validation errors as field paths with Chinese messages; one for each path. `context` is body, querystring, params or headers. */
export function explain(found: FastifySchemaValidationError[], context: string): FieldError[] {
  const byPath = new Map<string, string>();
  for (const { instancePath, keyword, params } of found) {
    const extra = params.missingProperty ?? params.additionalProperty;
    const parts = instancePath.split('/').slice(1);
    if (typeof extra === 'string') parts.push(extra);
    const path = parts.join('.') || context;
    if (!byPath.has(path)) byPath.set(path, message(keyword, params));
  }
  return [...byPath].map(([path, text]) => ({ path, message: text }));
}
