/** Machines' tokens as administrators see them: all but the token itself, which is told once. */
import { type Static, Type } from 'typebox';
import { type Permission, permissionNames, roles } from '../access/roles.ts';
import { Code, Id, Instant, listOf, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';

const scopeNames: readonly Permission[] = permissionNames.filter((name) => name !== 'public' && name !== 'self');
const Scopes = nullable(
  Type.Array(oneOf(scopeNames), { minItems: 1, maxItems: 100, description: '只许做这些；空为角色所能做的全部' }),
);
const Days = Type.Integer({ minimum: 1, maximum: 365, description: '有效天数' });

export const NewToken = Type.Object(
  {
    role: oneOf(roles),
    unit: Type.Optional(nullable(Code)),
    name: plainText(64, { description: '给谁用的；登记诉求时是来源的名称' }),
    days: Type.Optional(Days),
    scopes: Type.Optional(Scopes),
    owner: Type.Optional(
      nullable(Type.Unsafe<string>({ ...Id, description: '负责人，用户的 id：他停用时令牌随之停用' })),
    ),
  },
  { additionalProperties: false },
);
export type NewToken = Static<typeof NewToken>;

export const RotateRequest = Type.Object(
  {
    overlapMinutes: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 7 * 1440, default: 1440, description: '旧的还可用多久；0 为立即失效' }),
    ),
    days: Type.Optional(Type.Unsafe<number>({ ...Days, description: '从现在起再有效多少天；不给则到期日不变' })),
  },
  { additionalProperties: false },
);
export type RotateRequest = Static<typeof RotateRequest>;

const token = {
  id: Id,
  role: oneOf(roles),
  unit: nullable(Type.String()),
  name: Type.String(),
  scopes: Scopes,
  owner: nullable(Id),
  state: oneOf(['good', 'expired', 'revoked']),
  createdAt: Instant,
  expiresAt: Instant,
  revokedAt: nullable(Instant),
  lastUsedAt: nullable(Instant),
  formerUntil: nullable(Type.String({ format: 'date-time', description: '换下的旧令牌可用到何时' })),
};

export const TokenView = Type.Object(token, { $id: 'Token' });
export type TokenView = Static<typeof TokenView>;
export const TokenTold = Type.Object(
  { ...token, token: Type.String({ description: '令牌，只显示这一次' }) },
  { $id: 'TokenTold' },
);
export type TokenTold = Static<typeof TokenTold>;
export const TokenList = listOf(ref(TokenView), 'Tokens');

export const TokensQuery = Type.Object({
  role: Type.Optional(oneOf(roles)),
  unit: Type.Optional(Code),
  owner: Type.Optional(Id),
  state: Type.Optional(oneOf(['good', 'expired', 'revoked'])),
  ...paging,
});
export type TokensQuery = Static<typeof TokensQuery>;
