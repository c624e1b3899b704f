/** Who a person of the identity provider is here; and the provider itself, asked over the network. */
import { and, eq, isNull } from 'drizzle-orm';
import { allowInsecureRequests, type Configuration, discovery } from 'openid-client';
import { users } from '../db/account-tables.ts';
import type { Db } from '../db/connect.ts';
import { tokens } from '../db/tables.ts';
import type { SsoSettings } from './flow.ts';

/** Seconds to wait for an answer. */
const timeout = 10;

/** What the provider says of itself. Plain HTTP only to this machine. */
export function askProvider({ issuer, clientId, clientSecret }: SsoSettings): Promise<Configuration> {
  const url = new URL(issuer);
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  const execute = url.protocol === 'http:' && isHere ? [allowInsecureRequests] : [];
  return discovery(url, clientId, clientSecret, undefined, { execute, timeout });
}

/** An active person by his subject, locked until the transaction ends. */
export async function lockSubject(tx: Db, subject: string): Promise<{ id: number; role: string } | undefined> {
  const [row] = await tx
    .select({ id: users.id, role: tokens.role })
    .from(users)
    .innerJoin(tokens, eq(tokens.id, users.id))
    .where(and(eq(users.subject, subject), isNull(tokens.revokedAt)))
    .for('update', { of: [users, tokens] });
  return row;
}
