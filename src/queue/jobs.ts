/**
 * The open event streams of this node. A signal, or a look from time to time, wakes all of them at once: one statement finds the
 * units with changes, one more reads those of a unit for all its streams that stand at the same position.
 *
 * Nothing is kept for a stream but its position: what it cannot take now it reads later, and one that takes nothing from one
 * heartbeat to the next is cut off. Writers never wait for any of this.
 */
import { PassThrough, type Readable } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { type Session, scopeOf, unitOf } from '../access/scope.ts';
import { stillLive } from '../access/service.ts';
import type { Context } from '../context.ts';
import { within } from '../db/sight.ts';
import { AppError } from '../http/errors.ts';
import { readOrders } from '../workorder/service.ts';
import { beginning, isBefore, type Position, readSince, writeSince } from './position.ts';
import { pickChanges, readMarks } from './store.ts';
import { heartbeat, opening, orderEvent } from './stream.ts';

export interface StreamSettings {
  /** Between two comments on a silent stream, two looks at its token, and how long a receiver may take nothing. */
  heartbeatMs: number;
  /** Between two looks without a signal: one may have been lost. */
  lookMs: number;
  /** Before looking again where a change waits for an older transaction to end. */
  lateMs: number;
  /** After which a receiver connects again. */
  retryMs: number;
  perToken: number;
  perUnit: number;
}

const defaults: StreamSettings = {
  heartbeatMs: 15_000,
  lookMs: 10_000,
  lateMs: 200,
  retryMs: 3_000,
  perToken: 20,
  perUnit: 200,
};

/** Orders read at once for streams that stand at the same position. */
const atOnce = 50;

interface Stream {
  session: Session;
  unit: string;
  position: Position;
  out: PassThrough;
  /** It took nothing since the last heartbeat. */
  stuck: boolean;
}

export interface Streams {
  /** A new stream of the session's unit, from `since` or from now on. Throws TOO_MANY_STREAMS, INVALID_CURSOR, UNAVAILABLE. */
  open(session: Session, since: string | undefined): Promise<Readable>;
  /** Ends all streams. */
  close(): Promise<void>;
}

/** `ctx` must outlive the streams: close them first. */
export function createStreams(ctx: Context, log: FastifyBaseLogger, given: Partial<StreamSettings> = {}): Streams {
  const settings = { ...defaults, ...given };
  const streams = new Set<Stream>();
  const waker = createWaker(() => tell(ctx, streams), settings.lateMs, log);
  let closed = false;
  let stop: (() => Promise<() => Promise<void>>) | null = null;
  /** From the first stream on: a node without streams neither listens nor looks. */
  const start = () => {
    const heard = ctx.signal.listen(waker.wake);
    const timers = [
      setInterval(waker.wake, settings.lookMs).unref(),
      setInterval(() => waker.run(() => beat(ctx, streams)), settings.heartbeatMs).unref(),
    ];
    heard.catch(() => log.warn('no signals are heard; changes are looked for from time to time'));
    return async () => {
      for (const timer of timers) clearInterval(timer);
      return heard.catch(() => async () => undefined);
    };
  };

  return {
    async open(session, since) {
      const unit = unitOf(session);
      if (closed) throw new AppError('UNAVAILABLE');
      const after = since === undefined ? undefined : readSince(since, unit);
      if (isFull(streams, session, settings)) throw new AppError('TOO_MANY_STREAMS');
      const position = after ?? (await readMarks(ctx.db, [unit])).get(unit)?.last ?? beginning;
      // Meanwhile the service may have begun to stop.
      if (closed) throw new AppError('UNAVAILABLE');
      const stream: Stream = { session, unit, position, out: new PassThrough(), stuck: false };
      stream.out.write(opening(writeSince(unit, position), settings.retryMs));
      stream.out.on('drain', waker.wake).once('close', () => streams.delete(stream));
      streams.add(stream);
      stop ??= start();
      waker.wake();
      return stream.out;
    },
    async close() {
      closed = true;
      for (const { out } of streams) out.end();
      streams.clear();
      const unlisten = await stop?.();
      await waker.close();
      await unlisten?.();
    },
  };
}

function isFull(streams: ReadonlySet<Stream>, { tokenId, unit }: Session, { perToken, perUnit }: StreamSettings) {
  const all = [...streams];
  const ofToken = all.filter(({ session }) => session.tokenId === tokenId).length;
  return ofToken >= perToken || all.filter((one) => one.unit === unit).length >= perUnit;
}

/** Runs one round after another while there is reason for one, never two at a time. */
function createWaker(round: () => Promise<'done' | 'more' | 'late'>, lateMs: number, log: FastifyBaseLogger) {
  let wanted = false;
  let closed = false;
  let running: Promise<void> | null = null;
  let late: NodeJS.Timeout | null = null;
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      return await work();
    } catch (error) {
      // The text of a database error may quote a row. The next look tries again.
      if (!closed) log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'changes could not be read');
      return 'done';
    }
  };
  const run = async () => {
    while (wanted && !closed) {
      wanted = false;
      const left = await attempt(round);
      if (left === 'more') wanted = true;
      if (left === 'late') late ??= setTimeout(wake, lateMs).unref();
    }
    running = null;
  };
  const wake = () => {
    if (late !== null) clearTimeout(late);
    late = null;
    wanted = true;
    if (!closed) running ??= run();
  };
  const beside = new Set<Promise<unknown>>();
  return {
    wake,
    /** Other work of the streams, waited for at the end. */
    run(work: () => Promise<unknown>) {
      if (closed) return;
      const one = attempt(work).finally(() => beside.delete(one));
      beside.add(one);
    },
    async close() {
      closed = true;
      if (late !== null) clearTimeout(late);
      await Promise.all([running, ...beside]);
    },
  };
}

/**
 * Tells the streams what changed since their positions. Answers whether there is more to tell at once, or a change that waits for
 * an older transaction.
 */
async function tell(ctx: Context, streams: ReadonlySet<Stream>): Promise<'done' | 'more' | 'late'> {
  const ready = [...streams].filter(({ out }) => !out.writableNeedDrain);
  if (ready.length === 0) return 'done';
  const marks = await readMarks(ctx.db, [...new Set(ready.map(({ unit }) => unit))]);
  const groups = new Map<string, Stream[]>();
  for (const stream of ready) {
    const { unit, position, session } = stream;
    if (!isBefore(position, marks.get(unit)?.last ?? position)) continue;
    const alike = `${unit} ${session.role} ${position.changed} ${position.id}`;
    groups.set(alike, [...(groups.get(alike) ?? []), stream]);
  }
  let more = false;
  for (const group of groups.values()) {
    const [first] = group;
    const upTo = first && marks.get(first.unit)?.last;
    if (first !== undefined && upTo !== undefined) more = (await tellGroup(ctx, group, first, upTo)) || more;
  }
  if (more) return 'more';
  return [...marks.values()].some(({ early }) => !early.startsWith('0 ')) ? 'late' : 'done';
}

/** Sends the next changes to streams of one unit and role that stand at one position; whether there may be more. */
async function tellGroup(ctx: Context, group: readonly Stream[], first: Stream, upTo: Position): Promise<boolean> {
  const { unit, session, position } = first;
  const picked = await pickChanges(ctx.db, unit, position, upTo, undefined, atOnce);
  const ids = picked.map(({ id }) => id);
  const orders = await within(ctx.db, scopeOf(session), () => readOrders(ctx, session, ids, ctx.clock()));
  const byId = new Map(orders.map((order) => [order.id, order]));
  const text = picked
    .map((at) => {
      const order = byId.get(String(at.id));
      return order === undefined ? '' : orderEvent(writeSince(unit, at), order);
    })
    .join('');
  const last = picked.at(-1);
  if (last === undefined) return false;
  for (const stream of group) {
    if (stream.out.writable) stream.out.write(text);
    stream.position = last;
  }
  return picked.length === atOnce;
}

/** Keeps the streams alive; ends those whose token or session is no longer good, and cuts off those that take nothing. */
async function beat(ctx: Context, streams: ReadonlySet<Stream>): Promise<void> {
  for (const stream of streams) {
    const { out } = stream;
    if (!out.writableNeedDrain) out.write(heartbeat);
    else if (stream.stuck) out.destroy();
    stream.stuck = out.writableNeedDrain;
  }
  // Those that open while their tokens are looked up are not asked about: the next heartbeat is theirs.
  const asked = [...streams];
  if (asked.length === 0) return;
  const sessions = asked.map(({ session }) => session);
  const live = await stillLive(ctx.db, sessions, ctx.signIn, ctx.clock());
  for (const { session, out } of asked) if (!live.has(session)) out.end();
}
