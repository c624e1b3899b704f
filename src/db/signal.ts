/**
 * Tells every node of the service that something was written, so that who waits for changes looks. Carries no data: what changed is
 * read from the tables, and a signal that is lost costs time and nothing else. Off the path of the writers: NOTIFY inside a
 * business transaction would make commits take turns (docs/adr/020-events-by-signal.md).
 */
import postgres from 'postgres';

export interface Signal {
  /** Something was committed. Costs the caller nothing: signals of 50 ms are sent as one, later. */
  raise(): void;
  /** Calls `heard` after a signal of any node, and when the connection is there again after a loss. Answers how to stop. */
  listen(heard: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Where nobody waits for changes: commands, measurements. */
export const silentSignal: Signal = {
  raise: () => undefined,
  listen: async () => async () => undefined,
  close: async () => undefined,
};

const channel = 'jiesu_written';
const gatherMs = 50;

/** A signal over LISTEN and NOTIFY on connections of its own, opened when first needed. */
export function openSignal(url: string, applicationName: string): Signal {
  const client = postgres(url, {
    max: 1,
    idle_timeout: 60,
    onnotice: () => undefined,
    // A signal need not outlive a crash: its commit waits for no disk.
    connection: { application_name: applicationName, synchronous_commit: 'off' },
  });
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<unknown> = Promise.resolve();
  let closed = false;
  const send = () => {
    timer = null;
    // A lost signal is made good by the look that every node takes from time to time.
    sending = sending.then(() => client`select pg_notify(${channel}, '')`).catch(() => undefined);
  };
  return {
    raise() {
      if (timer === null && !closed) timer = setTimeout(send, gatherMs).unref();
    },
    async listen(heard) {
      const { unlisten } = await client.listen(channel, heard, heard);
      return unlisten;
    },
    async close() {
      closed = true;
      if (timer !== null) {
        clearTimeout(timer);
        send();
      }
      await sending;
      await client.end({ timeout: 1 });
    },
  };
}
