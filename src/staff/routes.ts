/** Administration of people: /users, one of them, and the import of a file. */
import { EndedAnswer, SessionList } from '../account/schemas.ts';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { AppError } from '../http/errors.ts';
import { IdParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import { importUsers } from './jobs.ts';
import { ImportAnswer, NewUser, User, UserChange, Users, UsersQuery, UserWithPassword } from './schemas.ts';
import {
  changeUser,
  createUser,
  endSessionsOf,
  readSessionsOf,
  readUser,
  readUsers,
  resetPassword,
  resetTotp,
} from './service.ts';

const config = { permission: 'user.manage' } as const;
const about = (operationId: string, summary: string) => ({ operationId, tags: ['users'], summary });
/** 500 rows with room to spare. */
const maxBytes = 256 * 1024;
const csv = 'text/csv';

export function staffRoutes(app: Api, ctx: Context): void {
  for (const schema of [User, Users, UserWithPassword, ImportAnswer]) app.addSchema(schema);
  listRoutes(app, ctx);
  changeRoutes(app, ctx);
  resetRoutes(app, ctx);
  sessionRoutes(app, ctx);
  app.register(async (scope) => importRoute(scope.withTypeProvider(), ctx));
}

function listRoutes(app: Api, ctx: Context): void {
  app.get(
    '/users',
    {
      config,
      schema: { ...about('listUsers', '用户，先建的在前'), querystring: UsersQuery, response: { 200: ref(Users) } },
    },
    (request) => readUsers(ctx, request.query),
  );
  app.get(
    '/users/:id',
    { config, schema: { ...about('getUser', '一个用户'), params: IdParams, response: { 200: ref(User) } } },
    (request) => readUser(ctx, Number(request.params.id)),
  );
}

function changeRoutes(app: Api, ctx: Context): void {
  app.post(
    '/users',
    {
      config,
      schema: {
        ...about('createUser', '建用户；初始密码由系统生成，只显示这一次，第一次登录须改'),
        body: NewUser,
        response: { 201: ref(UserWithPassword), ...conflict },
      },
    },
    async (request, reply) => {
      const { actor } = sessionOf(request);
      const made = await createUser(ctx, actor, request.body, ctx.clock());
      return reply.code(201).header('cache-control', 'no-store').send(made);
    },
  );
  app.patch(
    '/users/:id',
    {
      config,
      schema: {
        ...about('changeUser', '改姓名、角色、单位、统一身份，停用或启用；停用即刻结束他的登录和令牌'),
        params: IdParams,
        body: UserChange,
        response: { 200: ref(User), ...conflict },
      },
    },
    (request) => changeUser(ctx, sessionOf(request), Number(request.params.id), request.body, ctx.clock()),
  );
}

function resetRoutes(app: Api, ctx: Context): void {
  app.post(
    '/users/:id/password',
    {
      config,
      schema: {
        ...about('resetPassword', '重设密码：新的初始密码只显示这一次，登录随之结束'),
        params: IdParams,
        response: { 200: ref(UserWithPassword) },
      },
    },
    (request, reply) => {
      reply.header('cache-control', 'no-store');
      return resetPassword(ctx, sessionOf(request), Number(request.params.id), ctx.clock());
    },
  );
}

function sessionRoutes(app: Api, ctx: Context): void {
  app.get(
    '/users/:id/sessions',
    {
      config,
      schema: {
        ...about('listUserSessions', '他还开着的登录，新的在前'),
        params: IdParams,
        response: { 200: ref(SessionList) },
      },
    },
    (request) => readSessionsOf(ctx, Number(request.params.id), ctx.clock()),
  );
  app.post(
    '/users/:id/sessions/end',
    {
      config,
      schema: {
        ...about('endUserSessions', '结束他的全部登录'),
        params: IdParams,
        response: { 200: ref(EndedAnswer) },
      },
    },
    (request) => endSessionsOf(ctx, sessionOf(request), Number(request.params.id), ctx.clock()),
  );
  app.post(
    '/users/:id/totp/remove',
    {
      config,
      schema: {
        ...about('resetTotp', '手机和恢复码都丢了：取消他的两步验证'),
        params: IdParams,
        response: { 200: ref(User) },
      },
    },
    (request) => resetTotp(ctx, sessionOf(request), Number(request.params.id), ctx.clock()),
  );
}

/** In a scope of its own: others take JSON alone, and this one CSV. */
function importRoute(app: Api, ctx: Context): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(csv, { parseAs: 'buffer', bodyLimit: maxBytes }, (_request, body, done) => done(null, body));
  app.post(
    '/users/import',
    {
      config,
      bodyLimit: maxBytes,
      schema: {
        ...about('importUsers', '导入一份 CSV：login、name、role、unit、subject；能建的都建，退回的行附原因'),
        body: { required: true, content: { [csv]: { schema: { type: 'string', format: 'binary' } } } },
        response: { 200: ref(ImportAnswer), ...conflict },
      },
    },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body)) throw new AppError('UNSUPPORTED_MEDIA_TYPE', '请用 text/csv');
      reply.header('cache-control', 'no-store');
      return importUsers(ctx, sessionOf(request), request.body, ctx.clock());
    },
  );
}
