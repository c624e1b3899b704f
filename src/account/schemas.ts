/** What signing in, sessions, passwords and second factors look like. */
import { type Static, Type } from 'typebox';
import { permissionNames, roles } from '../access/roles.ts';
import { Id, Instant, nullable, oneOf, ref } from '../http/schemas.ts';

/** As long as anybody may type; what it must be is said where one is chosen. */
const Typed = Type.String({ minLength: 1, maxLength: 512 });
const Totp = Type.String({ minLength: 6, maxLength: 32, description: '验证码六位，或一个恢复码' });

export const LoginRequest = Type.Object(
  { login: Type.String({ minLength: 1, maxLength: 100 }), password: Typed, totp: Type.Optional(Totp) },
  { additionalProperties: false },
);
export type LoginRequest = Static<typeof LoginRequest>;

export const Me = Type.Object(
  {
    id: nullable(Type.String({ description: '用户；令牌为空' })),
    login: nullable(Type.String()),
    name: Type.String(),
    role: oneOf(roles),
    unit: nullable(Type.String()),
    permissions: Type.Array(oneOf(permissionNames), { description: '可以做什么' }),
    need: nullable(oneOf(['password', 'totp'], { description: '先要做的：改密码、启用两步验证' })),
    totp: Type.Boolean({ description: '已启用两步验证' }),
    recoveryCodes: Type.Integer({ description: '还剩几个恢复码' }),
    csrf: nullable(Type.String({ description: '凭 cookie 改动数据时放在 X-CSRF-Token' })),
  },
  { $id: 'Me' },
);
export type Me = Static<typeof Me>;

export const LoginSession = Type.Object(
  {
    id: Id,
    current: Type.Boolean({ description: '就是这一个' }),
    way: oneOf(['password', 'oidc']),
    agent: nullable(Type.String({ description: '浏览器自称' })),
    createdAt: Instant,
    seenAt: Instant,
    endsAt: Instant,
  },
  { $id: 'LoginSession' },
);
export type LoginSession = Static<typeof LoginSession>;

export const SessionList = Type.Object({ items: Type.Array(ref(LoginSession)) }, { $id: 'LoginSessions' });
export const EndedAnswer = Type.Object(
  { ended: Type.Integer({ description: '结束了几个' }) },
  { $id: 'EndedSessions' },
);

export const PasswordRequest = Type.Object(
  { current: Typed, password: Type.String({ minLength: 1, maxLength: 512, description: '12 到 128 个字' }) },
  { additionalProperties: false },
);
export type PasswordRequest = Static<typeof PasswordRequest>;

/** Setting up and removing a second factor asks again for what he knows and, where there is one already, has. */
export const ProofRequest = Type.Object(
  { password: Typed, totp: Type.Optional(Totp) },
  { additionalProperties: false },
);
export type ProofRequest = Static<typeof ProofRequest>;

export const Enrolment = Type.Object(
  {
    secret: Type.String({ description: 'base32，手工输入用' }),
    uri: Type.String({ description: 'otpauth://，做成二维码' }),
  },
  { $id: 'TotpEnrolment' },
);
export const ConfirmRequest = Type.Object(
  { code: Type.String({ pattern: '^[0-9]{6}$' }) },
  { additionalProperties: false },
);
export const RecoveryCodes = Type.Object(
  { recoveryCodes: Type.Array(Type.String(), { description: '每个用一次，只显示这一次' }) },
  { $id: 'RecoveryCodes' },
);
