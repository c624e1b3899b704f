/** The second factor of a person: setting it up, taking its codes, removing it. Works in the transaction of whoever asks. */
import { hashToken, readSpelled, spell } from '../access/tokens.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/connect.ts';
import { AppError } from '../http/errors.ts';
import type { Vault } from '../keys/vault.ts';
import { enrolment, secretBytes, stepOf } from './code.ts';
import { countRecoveryCodes, lockFactor, setFactor, setRecoveryCodes, spendRecoveryCode } from './store.ts';

/** As many as fit on a slip of paper. */
const recoveryCount = 10;
const recoveryBytes = 10;

const about = (userId: number) => `totp ${userId}`;

function opened(vault: Vault, userId: number, sealed: Buffer): Buffer | null {
  const text = vault.openSecret(about(userId), sealed);
  return text === null ? null : Buffer.from(text, 'hex');
}

/** A new secret, told once; it counts when `confirmFactor` has been given a code of it. The one in use stays meanwhile. */
export async function beginFactor(tx: Db, { random, vault }: Context, userId: number) {
  const row = await lockFactor(tx, userId);
  if (row === undefined) throw new AppError('NOT_FOUND');
  const secret = random(secretBytes);
  await setFactor(tx, userId, { totpPending: vault.sealSecret(about(userId), secret.toString('hex')) });
  return enrolment(secret, row.login);
}

/**
 * Puts the new secret to use, and answers the recovery codes, once; null where the code is not of it. Throws TOTP_NOT_STARTED where there
 * is no new secret.
 */
export async function confirmFactor(tx: Db, { random, vault }: Context, userId: number, code: string, now: Date) {
  const row = await lockFactor(tx, userId);
  if (row === undefined || row.totpPending === null) throw new AppError('TOTP_NOT_STARTED');
  const secret = opened(vault, userId, row.totpPending);
  const step = secret && stepOf(secret, code, 0, now);
  if (step === null) return null;
  await setFactor(tx, userId, { totpSecret: row.totpPending, totpPending: null, totpStep: step });
  const codes = Array.from({ length: recoveryCount }, () => spell(random(recoveryBytes)));
  await setRecoveryCodes(tx, userId, codes.map(hashToken));
  return codes;
}

/** How a second factor was shown: not set up, so that there is none to show; not given; or wrong, which a code is that was used before. */
export type Shown = 'none' | 'missing' | 'wrong' | 'code' | 'recovery';

/** Takes a code of the app or a recovery code; each is taken once. */
export async function takeFactor(
  tx: Db,
  { vault }: Pick<Context, 'vault'>,
  userId: number,
  typed: string | undefined,
  now: Date,
): Promise<Shown> {
  const row = await lockFactor(tx, userId);
  if (row === undefined || row.totpSecret === null) return 'none';
  if (typed === undefined) return 'missing';
  const recovery = readSpelled(typed);
  if (recovery !== null) return (await spendRecoveryCode(tx, userId, hashToken(recovery))) ? 'recovery' : 'wrong';
  // Sealed with another key it cannot be read: then only a recovery code helps.
  const secret = opened(vault, userId, row.totpSecret);
  const step = secret && stepOf(secret, typed, row.totpStep, now);
  if (step === null) return 'wrong';
  await setFactor(tx, userId, { totpStep: step });
  return 'code';
}

export async function removeFactor(tx: Db, userId: number): Promise<void> {
  await setFactor(tx, userId, { totpSecret: null, totpPending: null, totpStep: 0 });
  await setRecoveryCodes(tx, userId, []);
}

/** How many recovery codes a person has left. */
export async function recoveryCodesLeft(db: Db, userId: number): Promise<number> {
  return countRecoveryCodes(db, userId);
}
