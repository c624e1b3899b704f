/** Work that a serving process does again and again, by the clock of the city. One turn at a time; stopping waits for it. */
import { Cron } from 'croner';

export interface Recurring {
  /** One turn now. */
  run(): Promise<void>;
  /** No more turns; resolves once the running one is over. */
  stop(): Promise<void>;
}

/** Starts turns by a pattern of seconds, minutes, hours, days. What fails is told to `failed`, and the next turn comes all the same. */
export function recur(pattern: string, turn: () => Promise<void>, failed: (error: unknown) => void): Recurring {
  let running: Promise<void> = Promise.resolve();
  const run = () => {
    running = turn().catch(failed);
    return running;
  };
  const job = new Cron(pattern, { protect: true, timezone: 'Asia/Shanghai' }, run);
  return {
    run,
    async stop() {
      job.stop();
      await running;
    },
  };
}
