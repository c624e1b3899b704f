/** A file of staff to import: its columns, and a row as an account to make. Pure. */
import type { Role } from '../access/roles.ts';
import { type FieldError, validateBody } from '../http/validation.ts';
import { NewUser, personRoles } from './schemas.ts';

const fields = ['login', 'name', 'role', 'unit', 'subject'] as const;
type Field = (typeof fields)[number];
const required: readonly Field[] = ['login', 'name', 'role'];

/** Names of columns beside the fields' own. */
const usual: Record<string, Field> = { 登录名: 'login', 姓名: 'name', 角色: 'role', 单位: 'unit', 统一身份: 'subject' };
/** Roles as people call them (see docs/glossary.md). */
const roleNames: Record<string, Role> = {
  受理员: 'operator',
  派单员: 'dispatcher',
  承办人: 'handler',
  单位负责人: 'manager',
  回访员: 'callback',
  考评员: 'assessor',
  分析员: 'analyst',
  管理员: 'admin',
  审计员: 'auditor',
};
/** Why a row was sent back; where the file is sent again it is passed over. */
export const reasonColumn = 'reason';

const isField = (text: string): text is Field => fields.some((field) => field === text);
const fieldOf = (column: string): Field | undefined => (isField(column) ? column : usual[column]);

/** What is wrong with the columns of a file, in Chinese; null for nothing. */
export function columnFault(columns: readonly string[]): string | null {
  const unknown = columns.filter((column) => fieldOf(column) === undefined && column !== reasonColumn);
  if (unknown.length > 0) return `不认识的列：${unknown.map((column) => column.slice(0, 30)).join('、')}`;
  const found = columns.map(fieldOf);
  const missing = required.filter((field) => !found.includes(field));
  if (missing.length > 0) return `缺少列：${missing.join('、')}`;
  const twice = fields.find((field) => found.filter((one) => one === field).length > 1);
  return twice === undefined ? null : `列 ${twice} 有两个`;
}

function read(field: Field, value: string): string {
  if (field === 'login') return value.toLowerCase();
  return field === 'role' ? (roleNames[value] ?? value) : value;
}

const isNewUser = (value: object): value is NewUser => validateBody(NewUser, value).length === 0;
const say = (errors: readonly FieldError[]) => errors.map(({ path, message }) => `${path} ${message}`).join('；');

/** A row as an account, or why not. Cells are taken without the white space around them; an empty one is absent. */
export function readRow(row: Record<string, string>): NewUser | string {
  const cells = Object.entries(row).flatMap(([column, text]) => {
    const [field, value] = [fieldOf(column), text.normalize('NFKC').trim()];
    return field === undefined || value === '' ? [] : [[field, read(field, value)]];
  });
  const user: object = Object.fromEntries(cells);
  if (isNewUser(user)) return user;
  const errors = validateBody(NewUser, user);
  return say(
    errors.map((one) => (one.path === 'role' ? { ...one, message: `应为 ${personRoles.join('、')} 之一` } : one)),
  );
}
