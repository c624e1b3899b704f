/** Personal data on purpose: unmasking a caller, answering or erasing what is held of a person, emptying what is over. */
import { maskText, numbersIn } from '../access/mask.ts';
import type { Session } from '../access/scope.ts';
import { addDays, shanghaiDate, shanghaiTime, startOfDay } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { personOf, recordAudit } from '../db/audit.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { normalize } from '../text/normalize.ts';
import { refusalOf } from './right.ts';
import type { UnmaskedCaller } from './schemas.ts';
import {
  anonymise,
  findCaller,
  listDue,
  listHandling,
  listOfPhone,
  listOver,
  lockActor,
  nthNewest,
  rewriteTexts,
  type Texts,
} from './store.ts';

const hourMs = 3_600_000;
const unmasking = 'caller.unmask';

/**
 * The caller of a complaint, whole. The look and its reason stand in the audit by the time it is answered. Throws NOT_FOUND outside the
 * session's scope, UNMASK_REFUSED, or TOO_MANY_REQUESTS after `limit` looks in an hour; a refusal is audited, too.
 */
export async function unmaskCaller(
  ctx: Context,
  session: Session,
  number: string,
  { reason }: { reason: string },
  limit: number,
  now: Date,
): Promise<UnmaskedCaller> {
  const { actor, role } = session;
  const about = { at: now, actor, target: `complaint:${number}` };
  const found = await ctx.db.transaction(async (tx) => {
    await lockActor(tx, actor);
    const row = await findCaller(tx, number, session, now);
    if (row === undefined) throw new AppError('NOT_FOUND', '没有这件诉求');
    const refusal = refusalOf(role, row);
    const earlier = refusal === null ? await nthNewest(tx, actor, unmasking, limit) : null;
    const isTooMuch = earlier !== null && earlier.getTime() > now.getTime() - hourMs;
    const why = refusal ?? (isTooMuch ? '一小时内看得太多' : null);
    const action = why === null ? unmasking : 'caller.refuse';
    await recordAudit(tx, { ...about, action, detail: { reason, ...(why === null ? {} : { why }) } });
    return { row, refusal, isTooMuch };
  });
  // Thrown out here: the audit of a refusal is to stay.
  if (found.refusal !== null) throw new AppError('UNMASK_REFUSED', found.refusal);
  if (found.isTooMuch) throw new AppError('TOO_MANY_REQUESTS', `一小时至多 ${limit} 次`);
  const { id, text, addressSealed, nameSealed, phoneSealed } = found.row;
  return {
    number,
    name: nameSealed && ctx.vault.open('name', id, nameSealed),
    phone: phoneSealed && ctx.vault.open('phone', id, phoneSealed),
    text,
    address: addressSealed && ctx.vault.open('address', id, addressSealed),
  };
}

/** Who asks at the command line for one person's data, and why. */
export interface Request {
  phone: string;
  by: string;
  reason: string;
}

function indexOf({ vault }: Context, phone: string): Buffer {
  const index = vault.index(phone);
  if (index === null) throw fieldError('phone', '不是电话号码');
  return index;
}

const time = (at: Date | null) => at && shanghaiTime(at);

/** Everything that is held under a telephone number, for the person whose it is. */
export async function exportPerson(ctx: Context, { phone, by, reason }: Request, now: Date) {
  const index = indexOf(ctx, phone);
  return ctx.db.transaction(async (tx) => {
    const rows = await listOfPhone(tx, index);
    const handling = await listHandling(
      tx,
      rows.map(({ complaint }) => complaint.id),
    );
    const detail = { reason, complaints: rows.length };
    await recordAudit(tx, { at: now, actor: by, action: 'person.export', target: personOf(index), detail });
    return rows.map(({ complaint: { id, ...complaint }, caller }) => ({
      number: complaint.number,
      channel: complaint.channel,
      status: complaint.status,
      receivedAt: shanghaiTime(complaint.receivedAt),
      occurredAt: time(complaint.occurredAt),
      closedAt: time(complaint.closedAt),
      name: caller.nameSealed && ctx.vault.open('name', id, caller.nameSealed),
      phone: caller.phoneSealed && ctx.vault.open('phone', id, caller.phoneSealed),
      kind: caller.kind,
      secret: caller.secret,
      title: complaint.title,
      text: complaint.text,
      address: caller.addressSealed && ctx.vault.open('address', id, caller.addressSealed),
      answer: complaint.answer,
      handling: handling
        .filter(({ complaintId }) => complaintId === id)
        .map(({ complaintId: _, repliedAt, answeredAt, ...one }) => {
          return { ...one, repliedAt: time(repliedAt), answeredAt: time(answeredAt) };
        }),
    }));
  });
}

/** A text without what tells who it was: his name, and telephone and identity numbers. */
function without(text: string | null, name: string | null): string | null {
  const masked = text && maskText(text);
  return masked && name !== null && name.length > 1 ? masked.replaceAll(name, '诉求人') : masked;
}

/**
 * Takes a person out of what is held under his telephone number, also out of the texts as taken down; what is still being handled is
 * left and told. The history is not rewritten.
 */
export async function erasePerson(ctx: Context, { phone, by, reason }: Request, now: Date) {
  const index = indexOf(ctx, phone);
  return ctx.db.transaction(async (tx) => {
    const rows = await listOfPhone(tx, index);
    const over = new Set(
      await listOver(
        tx,
        rows.map(({ complaint }) => complaint.id),
      ),
    );
    for (const { complaint, caller } of rows) {
      const { id, title, text, answer } = complaint;
      if (!over.has(id)) continue;
      const name = caller.nameSealed && ctx.vault.open('name', id, caller.nameSealed);
      const address = caller.addressSealed && ctx.vault.open('address', id, caller.addressSealed);
      const shown = (words: string | null) => without(words, name);
      const texts: Texts = { title: shown(title), text: shown(text) ?? '', answer: shown(answer) };
      const words = ctx.segmenter.searchWords(ctx.segmenter.cut(normalize(name ?? '')));
      const numbers = numbersIn([title, text, address, answer].join(' '));
      await rewriteTexts(tx, id, texts, [...words, ...numbers, ...(name === null ? [] : [name])]);
    }
    await anonymise(tx, [...over], now);
    const numbers = (erased: boolean) =>
      rows.filter(({ complaint }) => over.has(complaint.id) === erased).map(({ complaint }) => complaint.number);
    const answer = { erased: numbers(true), open: numbers(false) };
    const detail = { reason, erased: answer.erased.length, open: answer.open.length };
    await recordAudit(tx, { at: now, actor: by, action: 'person.erase', target: personOf(index), detail });
    return answer;
  });
}

const batch = 5000;

/** Empties a batch of callers whose time is over by the rule in force; answers how many, and whether there may be more. */
export async function anonymiseBatch(ctx: Context, now: Date): Promise<{ emptied: number; more: boolean }> {
  const { retention } = ctx.judgeAt(now).catalog;
  if (retention === undefined) return { emptied: 0, more: false };
  const before = startOfDay(addDays(shanghaiDate(now), -retention.days));
  return ctx.db.transaction(async (tx) => {
    const ids = await anonymise(tx, await listDue(tx, before, batch), now);
    if (ids.length > 0) {
      const detail = { rule: retention.code, closedBefore: before.toISOString(), complaints: ids };
      await recordAudit(tx, { at: now, actor: 'system', action: 'caller.anonymise', target: null, detail });
    }
    return { emptied: ids.length, more: ids.length === batch };
  });
}
