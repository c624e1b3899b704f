/** Signing in by the city's identity provider: the way there and the way back, both walked by the browser itself. */
import { Type } from 'typebox';
import { writeCookie } from '../access/sign-in.ts';
import type { LoginLimits } from '../account/lockout.ts';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { limitByAddress } from '../http/limit.ts';
import { problem } from '../http/security.ts';
import { flowCookie, readFlowCookie, type SsoSettings } from './flow.ts';
import { createSso } from './service.ts';

/** The console stands at the root. */
const landing = '/';

const Back = Type.Object(
  {
    code: Type.Optional(Type.String({ maxLength: 4096 })),
    state: Type.Optional(Type.String({ maxLength: 512 })),
    iss: Type.Optional(Type.String({ maxLength: 512 })),
    error: Type.Optional(Type.String({ maxLength: 512 })),
  },
  // Providers add what they like.
  { additionalProperties: true },
);
const about = (operationId: string, summary: string) => ({ operationId, tags: ['auth'], summary });
const config = { permission: 'public' } as const;
const away = { 303: Type.Null({ description: '转到别处' }) };
const none = { 404: problem('没有配置统一身份认证'), 429: problem('请求太频繁；Retry-After 是要等的秒数') };

export function ssoRoutes(app: Api, ctx: Context, { address }: LoginLimits, settings: SsoSettings | undefined): void {
  const sso = createSso(ctx, settings);
  const { secureCookies } = ctx.signIn;
  const onRequest = limitByAddress(app, 'oidc', address * 2);
  app.get(
    '/auth/oidc/start',
    { config, onRequest, schema: { ...about('startOidc', '转到统一身份认证'), response: { ...away, ...none } } },
    async (_request, reply) => {
      const { url, flow } = await sso.begin(ctx.clock());
      reply.header('set-cookie', flowCookie(flow, secureCookies)).header('cache-control', 'no-store');
      return reply.redirect(url, 303);
    },
  );
  app.get(
    '/auth/oidc/callback',
    {
      config,
      onRequest,
      schema: {
        ...about('finishOidc', '由统一身份认证转回：登录，再转到首页。不会自动建用户'),
        querystring: Back,
        response: { ...away, ...none, 401: problem('认证没有完成'), 403: problem('没有对应的用户') },
      },
    },
    async (request, reply) => {
      const flow = readFlowCookie(request.headers.cookie, secureCookies);
      const query = request.raw.url?.split('?')[1] ?? '';
      reply.header('set-cookie', flowCookie('', secureCookies)).header('cache-control', 'no-store');
      const secret = await sso.finish({ flow, query, agent: request.headers['user-agent'] }, ctx.clock());
      reply.header('set-cookie', writeCookie(secret, secureCookies));
      return reply.redirect(landing, 303);
    },
  );
}
