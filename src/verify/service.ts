/** Replays every history and compares it with the state that is stored (`jiesu verify`). Reads only. */
import { type Db, snapshot } from '../db/connect.ts';
import { type Difference, differences } from './replay.ts';
import { countComplaints, readLives } from './store.ts';

const batch = 1000;
/** More differences than this tell nothing new. */
const most = 1000;

export interface Verified {
  complaints: number;
  orders: number;
  events: number;
  /** The first 1,000. */
  differences: Difference[];
}

/** Verifies all complaints in one snapshot, so that what changes meanwhile is no difference. `progress` is told the share done. */
export async function verify(db: Db, progress: (done: number, of: number) => void): Promise<Verified> {
  return db.transaction(async (tx) => {
    const of = await countComplaints(tx);
    const found: Verified = { complaints: 0, orders: 0, events: 0, differences: [] };
    for (let after = 0; ; ) {
      const { lives, last } = await readLives(tx, after, batch);
      if (lives.length === 0) return found;
      after = last;
      for (const life of lives) {
        found.complaints += 1;
        found.orders += life.orders.size;
        found.events += life.history.length;
        if (found.differences.length < most) found.differences.push(...differences(life));
      }
      progress(found.complaints, of);
    }
  }, snapshot);
}
