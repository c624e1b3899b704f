/**
 * What is kept between sending a person to the city's identity provider and his return: in a cookie of his, sealed, so that no node needs
 * to remember it. Pure.
 */
import { createHash } from 'node:crypto';

/** OpenID Connect login as an operator sets it up. */
export interface SsoSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Our own address to which the provider sends people back: that of `/api/v1/auth/oidc/callback`. */
  redirect: string;
}

export interface Flow {
  state: string;
  nonce: string;
  /** PKCE (RFC 7636). */
  verifier: string;
  /** Milliseconds since the epoch. */
  until: number;
}

/** How long a person may take at the provider. */
const patienceMs = 10 * 60_000;
const secretBytes = 32;

export function beginFlow(random: (bytes: number) => Buffer, now: Date): Flow {
  const word = () => random(secretBytes).toString('base64url');
  return { state: word(), nonce: word(), verifier: word(), until: now.getTime() + patienceMs };
}

/** What the provider is shown of the verifier. */
export function challengeOf({ verifier }: Flow): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** What is to be sealed. */
export const writeFlow = (flow: Flow): string => JSON.stringify(flow);

/** Null for one that is too old. */
export function readFlow(text: string, now: Date): Flow | null {
  const flow: Flow = JSON.parse(text);
  return flow.until > now.getTime() ? flow : null;
}

const nameOf = (secure: boolean) => (secure ? '__Host-jiesu-oidc' : 'jiesu-oidc');

/** `Lax`: the way back comes from another site, and a strict cookie would be missing. Empty takes it away. */
export function flowCookie(sealed: string, secure: boolean): string {
  const age = sealed === '' ? 0 : patienceMs / 1000;
  return `${nameOf(secure)}=${sealed}${secure ? '; Secure' : ''}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${age}`;
}

export function readFlowCookie(header: string | undefined, secure: boolean): string | null {
  const start = `${nameOf(secure)}=`;
  const [value] = (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(start));
  return value === undefined ? null : value.slice(start.length);
}
