/** Signing in and out: POST /auth/login, and below /auth what a person does about his own account. */
import { Type } from 'typebox';
import { authenticateCookie } from '../access/service.ts';
import { readCookie, writeCookie } from '../access/sign-in.ts';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { limitByAddress } from '../http/limit.ts';
import { ref } from '../http/schemas.ts';
import { conflict, personOf, problem, sessionOf } from '../http/security.ts';
import type { LoginLimits } from './lockout.ts';
import {
  ConfirmRequest,
  EndedAnswer,
  Enrolment,
  LoginRequest,
  LoginSession,
  Me,
  PasswordRequest,
  ProofRequest,
  RecoveryCodes,
  SessionList,
} from './schemas.ts';
import {
  beginTotp,
  changePassword,
  confirmTotp,
  readMe,
  readSessions,
  removeTotp,
  signIn,
  signOut,
  signOutEverywhere,
} from './service.ts';

const about = (operationId: string, summary: string) => ({ operationId, tags: ['auth'], summary });
const locked = { 429: problem('失败或请求次数过多；Retry-After 是要等的秒数') };
const nothing = { 204: Type.Null() };
/** Done also by whoever has not changed his first password, or not set up his second factor. */
const always = { permission: 'self', personal: true, before: ['password', 'totp'] } as const;
const settingUp = { permission: 'self', personal: true, before: ['totp'] } as const;

export function accountRoutes(app: Api, ctx: Context, limits: LoginLimits): void {
  for (const schema of [Me, LoginSession, SessionList, EndedAnswer, Enrolment, RecoveryCodes]) app.addSchema(schema);
  loginRoute(app, ctx, limits);
  meRoute(app, ctx);
  sessionRoutes(app, ctx);
  passwordRoute(app, ctx);
  totpRoutes(app, ctx);
}

function loginRoute(app: Api, ctx: Context, { address }: LoginLimits): void {
  const { secureCookies } = ctx.signIn;
  app.post(
    '/auth/login',
    {
      config: { permission: 'public' },
      onRequest: limitByAddress(app, 'login', address),
      schema: {
        ...about(
          'login',
          '登录；答复带 cookie，其中的 csrf 以后放在 X-CSRF-Token。没有这个人、密码不对、已停用，答复相同',
        ),
        body: LoginRequest,
        response: { 200: ref(Me), 401: problem('登录名、密码或验证码不对，或还要验证码'), ...locked },
      },
    },
    async (request, reply) => {
      const secret = await signIn(ctx, request.body, request.headers['user-agent'], ctx.clock());
      const session = await authenticateCookie(ctx.db, secret, ctx.signIn, ctx.clock());
      reply.header('set-cookie', writeCookie(secret, secureCookies)).header('cache-control', 'no-store');
      return readMe(ctx, session, secret);
    },
  );
}

function meRoute(app: Api, ctx: Context): void {
  app.get(
    '/auth/me',
    {
      config: { permission: 'self', before: ['password', 'totp'] },
      schema: { ...about('readMe', '我是谁，可以做什么，先要做什么'), response: { 200: ref(Me) } },
    },
    (request, reply) => {
      reply.header('cache-control', 'no-store');
      return readMe(ctx, sessionOf(request), readCookie(request.headers.cookie, ctx.signIn.secureCookies));
    },
  );
}

function sessionRoutes(app: Api, ctx: Context): void {
  const gone = () => writeCookie(null, ctx.signIn.secureCookies);
  app.post(
    '/auth/logout',
    { config: always, schema: { ...about('logout', '退出登录'), response: nothing } },
    async (request, reply) => {
      await signOut(ctx, personOf(request), ctx.clock());
      return reply.header('set-cookie', gone()).code(204).send(null);
    },
  );
  app.get(
    '/auth/sessions',
    {
      config: always,
      schema: { ...about('listSessions', '自己还开着的登录，新的在前'), response: { 200: ref(SessionList) } },
    },
    (request) => readSessions(ctx, personOf(request), ctx.clock()),
  );
  app.post(
    '/auth/sessions/end',
    {
      config: always,
      schema: { ...about('endSessions', '在所有地方退出登录，这里也是'), response: { 200: ref(EndedAnswer) } },
    },
    (request, reply) => {
      reply.header('set-cookie', gone());
      return signOutEverywhere(ctx, personOf(request), ctx.clock());
    },
  );
}

function passwordRoute(app: Api, ctx: Context): void {
  app.post(
    '/auth/password',
    {
      config: always,
      schema: {
        ...about('changePassword', '改自己的密码；别处的登录随之结束'),
        body: PasswordRequest,
        response: { ...nothing, ...conflict, ...locked },
      },
    },
    async (request, reply) => {
      await changePassword(ctx, personOf(request), request.body, ctx.clock());
      return reply.code(204).send(null);
    },
  );
}

function totpRoutes(app: Api, ctx: Context): void {
  app.post(
    '/auth/totp',
    {
      config: settingUp,
      schema: {
        ...about('beginTotp', '申请两步验证的密钥；用验证码确认以后才生效，已有的在此之前仍有效'),
        body: ProofRequest,
        response: { 200: ref(Enrolment), ...locked },
      },
    },
    (request, reply) => {
      reply.header('cache-control', 'no-store');
      return beginTotp(ctx, personOf(request), request.body, ctx.clock());
    },
  );
  app.post(
    '/auth/totp/confirm',
    {
      config: settingUp,
      schema: {
        ...about('confirmTotp', '用验证码确认，两步验证生效；答复中的恢复码只显示这一次'),
        body: ConfirmRequest,
        response: { 200: ref(RecoveryCodes), ...conflict },
      },
    },
    (request, reply) => {
      reply.header('cache-control', 'no-store');
      return confirmTotp(ctx, personOf(request), request.body.code, ctx.clock());
    },
  );
  app.post(
    '/auth/totp/remove',
    {
      config: settingUp,
      schema: {
        ...about('removeTotp', '取消两步验证；角色须有的，此后只能重新启用'),
        body: ProofRequest,
        response: { ...nothing, ...locked },
      },
    },
    async (request, reply) => {
      await removeTotp(ctx, personOf(request), request.body, ctx.clock());
      return reply.code(204).send(null);
    },
  );
}
