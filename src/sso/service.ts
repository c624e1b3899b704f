/** Signing in by the city's identity provider: OpenID Connect, authorization code with PKCE. Nobody registers himself by it. */
import { authorizationCodeGrant, buildAuthorizationUrl, type Configuration } from 'openid-client';
import { openSession, stranger } from '../account/service.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import { AppError } from '../http/errors.ts';
import { beginFlow, challengeOf, readFlow, type SsoSettings, writeFlow } from './flow.ts';
import { askProvider, lockSubject } from './store.ts';

export interface Sso {
  /** Where to send a person, and what his browser is to keep meanwhile. Throws NOT_FOUND without a provider, UNAVAILABLE where it does not answer. */
  begin(now: Date): Promise<{ url: string; flow: string }>;
  /** The secret of the session of a person who has come back. Throws OIDC_FAILED, SUBJECT_UNKNOWN, NOT_FOUND, UNAVAILABLE. */
  finish(back: { flow: string | null; query: string; agent: string | undefined }, now: Date): Promise<string>;
}

/** What a sealed flow is bound to. */
const place = 'oidc flow';

/** Whether an error says that the provider could not be reached, not that it refused. */
const isUnreached = (error: unknown) =>
  error instanceof TypeError || (error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name));

export function createSso(ctx: Context, settings: SsoSettings | undefined): Sso {
  // Asked once, when somebody needs it; again if it failed.
  let known: Promise<Configuration> | null = null;
  const provider = async (): Promise<{ config: Configuration; redirect: string }> => {
    if (settings === undefined) throw new AppError('NOT_FOUND', '没有配置统一身份认证');
    known ??= askProvider(settings);
    try {
      return { config: await known, redirect: settings.redirect };
    } catch {
      known = null;
      throw new AppError('UNAVAILABLE', '统一身份认证没有应答');
    }
  };
  return {
    async begin(now) {
      const { config, redirect } = await provider();
      const flow = beginFlow(ctx.random, now);
      const url = buildAuthorizationUrl(config, {
        redirect_uri: redirect,
        scope: 'openid',
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: challengeOf(flow),
        code_challenge_method: 'S256',
      });
      return { url: url.href, flow: ctx.vault.sealSecret(place, writeFlow(flow)).toString('base64url') };
    },
    async finish({ flow: sealed, query, agent }, now) {
      const { config, redirect } = await provider();
      const text = sealed === null ? null : ctx.vault.openSecret(place, Buffer.from(sealed, 'base64url'));
      const flow = text === null ? null : readFlow(text, now);
      if (flow === null) throw new AppError('OIDC_FAILED', '登录用时太久，或不是从这里开始的');
      const back = new URL(redirect);
      back.search = query;
      const checks = { expectedState: flow.state, expectedNonce: flow.nonce, pkceCodeVerifier: flow.verifier };
      const subject = await authorizationCodeGrant(config, back, { ...checks, idTokenExpected: true }).then(
        (tokens) => tokens.claims()?.sub,
        (error: unknown) => {
          // The texts of the provider are not passed on.
          if (isUnreached(error)) throw new AppError('UNAVAILABLE', '统一身份认证没有应答');
          throw new AppError('OIDC_FAILED');
        },
      );
      return signInAs(ctx, subject ?? '', agent, now);
    },
  };
}

/** Signs in whoever has this subject. Throws SUBJECT_UNKNOWN. */
async function signInAs(ctx: Context, subject: string, agent: string | undefined, now: Date): Promise<string> {
  const secret = await ctx.db.transaction(async (tx) => {
    const user = await lockSubject(tx, subject);
    if (user !== undefined) return openSession(tx, ctx, user, { way: 'oidc', factor: 'oidc', agent }, now);
    await recordAudit(tx, { at: now, actor: stranger, action: 'login.failed', target: null, detail: { way: 'oidc' } });
    return null;
  });
  if (secret === null) throw new AppError('SUBJECT_UNKNOWN');
  return secret;
}
