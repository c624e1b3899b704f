/** Keeps the rollups up: folds in what has changed, and makes them anew where they are missing or out of date. */
import { type Db, takeYourTime } from '../db/connect.ts';
import {
  clear,
  foldCalls,
  foldComplaints,
  insertLines,
  insertSums,
  isReady,
  lastComplaint,
  packDays,
  takePending,
  tryLock,
  unpackedDays,
} from './store.ts';

/** Events taken at a time: so few that a turn is short, so many that a cell is written once for many of them. */
const batch = 2000;
/** Complaints read at a time where all are counted anew. */
const chunk = 50_000;
/** Days whose hours are packed at a time. */
const daysAtOnce = 15;

/**
 * Folds the next changed complaints in, in one transaction; answers how many there were. 0 also where another node is at it or the
 * rollups are not complete.
 *
 * What was taken is counted in the snapshot it was taken in: a change that is committed later has a note of its own.
 */
async function foldBatch(db: Db): Promise<number> {
  return db.transaction(
    async (tx) => {
      if (!(await tryLock(tx)) || !(await isReady(tx))) return 0;
      const ids = await takePending(tx, batch);
      if (ids.length === 0) return 0;
      await foldComplaints(tx, ids);
      await foldCalls(tx, ids);
      return ids.length;
    },
    { isolationLevel: 'repeatable read' },
  );
}

/** Folds in everything that has changed so far; answers how many complaints were counted again. */
export async function foldPending(db: Db): Promise<number> {
  let folded = 0;
  for (;;) {
    const some = await foldBatch(db);
    if (some === 0) return folded;
    folded += some;
  }
}

/** Packs the hours of handling of the days that are over, some at a time. */
async function packOver(db: Db, now: Date): Promise<void> {
  const pack = () =>
    db.transaction(
      async (tx) => {
        if (!(await tryLock(tx)) || !(await isReady(tx))) return 0;
        const days = await unpackedDays(tx, now, daysAtOnce);
        await takeYourTime(tx);
        if (days.length > 0) await packDays(tx, days);
        return days.length;
      },
      { isolationLevel: 'repeatable read' },
    );
  while ((await pack()) > 0);
}

export interface Rebuilt {
  complaints: number;
}

/**
 * Makes all rollups anew from the complaints, orders, call-backs, exclusions and events. Answers null where another process is at it.
 * Until it is done the reports count the orders themselves. `progress` is told how far it has come, by the complaints' ids.
 */
export async function rebuild(
  db: Db,
  now: Date,
  progress: (done: number, of: number) => void,
): Promise<Rebuilt | null> {
  const made = await db.transaction(async (lock) => {
    if (!(await tryLock(lock))) return null;
    // Other connections do the work: what they commit is seen at once, and nothing is held up by one long transaction.
    await clear(db);
    const last = await lastComplaint(db);
    for (let done = 0; done < last; done += chunk) {
      await insertLines(db, done, Math.min(last, done + chunk));
      progress(Math.min(last, done + chunk), last);
    }
    await db.transaction(async (tx) => {
      await takeYourTime(tx);
      await insertSums(tx, now);
    });
    return { complaints: last };
  });
  if (made !== null) await packOver(db, now);
  return made;
}

/** One turn: makes the rollups anew where they are not ready, folds in what has changed, packs the days that are over. */
export async function keepUp(db: Db, now: Date): Promise<{ rebuilt: Rebuilt | null; folded: number }> {
  const rebuilt = (await isReady(db)) ? null : await rebuild(db, now, () => undefined);
  const folded = await foldPending(db);
  await packOver(db, now);
  return { rebuilt, folded };
}
