/** The accounts of the people who work here, as administrators see and change them. */
import { type Static, Type } from 'typebox';
import { type Role, roles } from '../access/roles.ts';
import { Code, Id, Instant, listOf, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';

/** `channel` is for machines. */
export const personRoles: readonly Role[] = roles.filter((role) => role !== 'channel');

const Login = Type.String({
  pattern: '^[a-z0-9][a-z0-9._-]{1,31}$',
  description: '登录名：小写字母、数字、点、下划线、连字符，2 到 32 个',
});
const Name = plainText(50, { description: '姓名' });
const Subject = plainText(255, { description: '在统一身份认证中的标识（OpenID Connect 的 sub）' });

export const NewUser = Type.Object(
  {
    login: Login,
    name: Name,
    role: oneOf(personRoles),
    unit: Type.Optional(nullable(Code)),
    subject: Type.Optional(nullable(Subject)),
  },
  { additionalProperties: false },
);
export type NewUser = Static<typeof NewUser>;

export const UserChange = Type.Object(
  {
    name: Type.Optional(Name),
    role: Type.Optional(oneOf(personRoles)),
    unit: Type.Optional(nullable(Code)),
    active: Type.Optional(Type.Boolean({ description: 'false 停用：登录和令牌立即失效，占用的回访放回' })),
    subject: Type.Optional(nullable(Subject)),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type UserChange = Static<typeof UserChange>;

const user = {
  id: Id,
  login: Type.String(),
  name: Type.String(),
  role: oneOf(personRoles),
  unit: nullable(Type.String()),
  subject: nullable(Type.String()),
  active: Type.Boolean(),
  mustChange: Type.Boolean({ description: '还没有改初始密码' }),
  totp: Type.Boolean({ description: '已启用两步验证' }),
  createdAt: Instant,
  lastLoginAt: nullable(Instant),
};
const password = Type.String({ description: '初始密码，只显示这一次；第一次登录须改' });

export const User = Type.Object(user, { $id: 'User' });
export type User = Static<typeof User>;
export const UserWithPassword = Type.Object({ ...user, password }, { $id: 'UserWithPassword' });
export type UserWithPassword = Static<typeof UserWithPassword>;
export const Users = listOf(ref(User), 'Users');

export const UsersQuery = Type.Object({
  q: Type.Optional(plainText(50, { description: '登录名或姓名的开头' })),
  role: Type.Optional(oneOf(personRoles)),
  unit: Type.Optional(Code),
  active: Type.Optional(Type.Boolean()),
  ...paging,
});
export type UsersQuery = Static<typeof UsersQuery>;

export const ImportAnswer = Type.Object(
  {
    created: Type.Integer(),
    users: Type.Array(
      Type.Object({ row: Type.Integer({ description: '第几行，不算表头' }), id: Id, login: Type.String(), password }),
    ),
    rejected: Type.Integer(),
    rejects: nullable(Type.String({ description: 'CSV：退回的行，最后一列是原因；改好可以再传' })),
  },
  { $id: 'UserImport' },
);
export type ImportAnswer = Static<typeof ImportAnswer>;
