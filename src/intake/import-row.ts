/** One row of a file to import, CSV or JSON, as a complaint to file. Pure. */
import { type FieldError, validateBody } from '../http/validation.ts';
import { type channels, NewComplaint } from './schemas.ts';

/** Field of the complaint (`caller.phone` for nested ones) → name of the column. */
export type ImportMap = Record<string, string>;

/** Column names that are understood without a map, beside the fields' own names. */
const usual: ImportMap = {
  externalNumber: '外部编号',
  channel: '渠道',
  title: '标题',
  text: '诉求内容',
  type: '诉求类型',
  address: '地址',
  district: '区',
  street: '街道',
  occurredAt: '发生时间',
  receivedAt: '受理时间',
  wantsCallback: '是否回访',
  level: '紧急程度',
  matter: '事项',
  need: '七有五性',
  answer: '答复',
  disposition: '处置方式',
  'caller.name': '姓名',
  'caller.phone': '电话',
  'caller.kind': '诉求人类别',
  'caller.secret': '是否保密',
};

/** Words of files for the codes of the API. */
const words: Record<string, Record<string, string | boolean>> = {
  channel: { 电话: 'phone', 网站: 'web', 客户端: 'app', 微信: 'wechat', 微博: 'weibo', 信件: 'mail', 转办: 'transfer' },
  wantsCallback: { 是: true, 否: false, true: true, false: false, 1: true, 0: false },
  'caller.secret': { 是: true, 否: false, true: true, false: false, 1: true, 0: false },
  'caller.kind': { 个人: 'person', 企业: 'enterprise' },
};

/** A local time such as `2026-11-01 09:30` is Asia/Shanghai's; with an offset it stays as it is. */
function instant(value: string): string {
  const [, date, time, seconds] = /^(\d{4}-\d{2}-\d{2})[ T](\d{1,2}:\d{2})(:\d{2})?$/.exec(value) ?? [];
  return date === undefined || time === undefined ? value : `${date}T${time.padStart(5, '0')}${seconds ?? ':00'}+08:00`;
}

function read(field: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const trimmed = value.trim();
  if (trimmed === '') return undefined;
  if (field === 'occurredAt' || field === 'receivedAt') return instant(trimmed);
  return words[field]?.[trimmed] ?? trimmed;
}

/** The value of a field in a record: nested in JSON (`caller: { phone }`), or under its mapped, own or usual column. */
function pick(record: Record<string, unknown>, field: string, map: ImportMap): unknown {
  const mapped = map[field];
  if (mapped !== undefined) return record[mapped];
  if (field in record) return record[field];
  const [outer, inner] = field.split('.');
  const nested = record[outer ?? ''];
  if (inner !== undefined && typeof nested === 'object' && nested !== null && inner in nested) {
    return Object.entries(nested).find(([name]) => name === inner)?.[1];
  }
  return record[usual[field] ?? ''];
}

/** The complaint of a record, or what is wrong with it. Rows need an external number: it makes a second import harmless. */
export function readRow(
  record: Record<string, unknown>,
  map: ImportMap,
): { complaint: NewComplaint } | { errors: FieldError[] } {
  const caller: Record<string, unknown> = {};
  const complaint: Record<string, unknown> = {};
  for (const field of Object.keys(usual)) {
    const value = read(field, pick(record, field, map));
    if (value === undefined || value === null) continue;
    if (field.startsWith('caller.')) caller[field.slice(7)] = value;
    else complaint[field] = value;
  }
  if (Object.keys(caller).length > 0) complaint.caller = caller;
  complaint.channel ??= 'transfer' satisfies (typeof channels)[number];
  const errors = validateBody(NewComplaint, complaint);
  if (complaint.externalNumber === undefined) errors.push({ path: 'externalNumber', message: '不能缺少' });
  // The schema has just said so.
  return errors.length > 0 ? { errors } : { complaint: complaint as NewComplaint };
}

/** Fields that a map may name. */
export const importFields: readonly string[] = Object.keys(usual);
