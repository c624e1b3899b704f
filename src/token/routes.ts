/** Administration of machines' tokens: /tokens, rotating and revoking one. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, nullable, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import { NewToken, RotateRequest, TokenList, TokensQuery, TokenTold, TokenView } from './schemas.ts';
import { makeToken, readTokens, revokeToken, rotateToken } from './service.ts';

const config = { permission: 'token.manage' } as const;
const about = (operationId: string, summary: string) => ({ operationId, tags: ['tokens'], summary });

export function tokenRoutes(app: Api, ctx: Context): void {
  for (const schema of [TokenView, TokenTold, TokenList]) app.addSchema(schema);
  app.get(
    '/tokens',
    {
      config,
      schema: {
        ...about('listTokens', '机器的令牌，新的在前；从不显示令牌本身'),
        querystring: TokensQuery,
        response: { 200: ref(TokenList) },
      },
    },
    (request) => readTokens(ctx, request.query, ctx.clock()),
  );
  app.post(
    '/tokens',
    {
      config,
      schema: {
        ...about('createToken', '建令牌，只显示这一次'),
        body: NewToken,
        response: { 201: ref(TokenTold) },
      },
    },
    async (request, reply) => {
      const made = await makeToken(ctx, sessionOf(request), request.body, ctx.clock());
      return reply.code(201).header('cache-control', 'no-store').send(made);
    },
  );
  changeRoutes(app, ctx);
}

function changeRoutes(app: Api, ctx: Context): void {
  app.post(
    '/tokens/:id/rotate',
    {
      config,
      schema: {
        ...about('rotateToken', '换令牌：新的只显示这一次，旧的在重叠期内仍可用'),
        params: IdParams,
        body: nullable(RotateRequest),
        response: { 200: ref(TokenTold), ...conflict },
      },
    },
    (request, reply) => {
      reply.header('cache-control', 'no-store');
      return rotateToken(ctx, sessionOf(request), Number(request.params.id), request.body ?? {}, ctx.clock());
    },
  );
  app.post(
    '/tokens/:id/revoke',
    {
      config,
      schema: {
        ...about('revokeToken', '停用令牌，在所有节点立即生效'),
        params: IdParams,
        response: { 200: ref(TokenView) },
      },
    },
    (request) => revokeToken(ctx, sessionOf(request), Number(request.params.id), ctx.clock()),
  );
}
