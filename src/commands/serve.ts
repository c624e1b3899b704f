/** `serve`: migrates, loads the reference data, listens, and stops in order. */
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { build } from '../app.ts';
import { startChaining } from '../audit/jobs.ts';
import { shanghaiDate } from '../catalog/calendar.ts';
import { type Config, edgesOf, readConfig, signInRules, ssoSettings } from '../config.ts';
import { type Context, createContext } from '../context.ts';
import { connect, connectService } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { seedBuiltIn } from '../db/seed.ts';
import { openFiles } from '../files/open.ts';
import { removeAbandoned } from '../files/receive.ts';
import { checkMaster } from '../keys/master.ts';
import { createLogger } from '../logger.ts';
import { createDeliveries } from '../outbox/jobs.ts';
import { startRetention } from '../privacy/jobs.ts';
import { startRollup } from '../rollup/jobs.ts';
import { startWatch } from '../watch/jobs.ts';
import { missingYears } from '../workorder/deadline.ts';
import { CommandError, openKeys } from './common.ts';
import { refuseDemo } from './production.ts';

/** How often a running service looks for newly loaded reference data and new keys (`keys rotate` waits for longer). */
const refreshMs = 30_000;
/** How long running requests may take to finish when the service stops. */
const graceMs = 10_000;

/** What has been opened and must be closed, in the order of opening. */
type Opened = (() => Promise<unknown>)[];

async function closeAll(opened: Opened): Promise<void> {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
}

export async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger(config);
  const opened: Opened = [];
  // From the first moment on: a signal while the service starts must not leave its database running.
  let started: Promise<void> | null = null;
  const grace = closeWithGrace({ delay: graceMs, logger: false }, async ({ signal, err }) => {
    if (err) log.error({ err }, 'stopping after an error');
    await started?.catch(() => undefined);
    await closeAll(opened);
    log.info({ signal }, 'jiesu has stopped');
  });
  try {
    started = start(config, log, opened);
    await started;
  } catch (error) {
    // The end of a failed start is for the caller to tell, with its exit code.
    grace.uninstall();
    await closeAll(opened);
    throw error;
  }
}

/**
 * Refuses to start without this year's working days where a level counts in them: its due times could not be computed. Warns of the
 * next year's before they are needed.
 */
function checkCalendar(ctx: Context, log: Logger): void {
  const now = ctx.clock();
  const { levels, calendar } = ctx.judgeAt(now).catalog;
  const missing = missingYears(levels.values(), calendar, now);
  const says = `工作日历没有 ${missing.join('、')} 年的数据，请补充 calendar.csv 并重新载入`;
  if (missing.includes(shanghaiDate(now).slice(0, 4))) throw new CommandError(says);
  if (missing.length > 0) log.error({ missing }, says);
}

async function start(config: Config, log: Logger, opened: Opened): Promise<void> {
  checkMaster(config);
  const files = openFiles(config);
  // As the owner of the tables, to migrate and to load; nothing else.
  const connection = await connect({ ...config, DATABASE_POOL: 2 });
  opened.push(connection.close);
  if (!(await connection.claim())) {
    throw new CommandError(
      `数据目录 ${config.DATA_DIR} 已被另一个 jiesu 服务使用；请先停止它，或用 DATA_DIR 指定别的目录`,
    );
  }
  await migrate(connection);
  await refuseDemo(connection.db, config);
  await seedBuiltIn(connection.db, new Date(), config.CITY);
  await removeAbandoned(files.incoming, new Date());
  const service = await connectService(connection, config.DATABASE_POOL, config.STATEMENT_TIMEOUT_SECONDS * 1000);
  opened.push(service.close);
  const vault = await openKeys(service, config);
  const { signal } = connection;
  const given = { files, signal, vault, webhookAllow: config.WEBHOOK_ALLOW, signIn: signInRules(config) };
  const ctx = await createContext(service.db, given);
  checkCalendar(ctx, log);
  // Loads the dictionary now, and not while the first caller waits.
  ctx.segmenter.cut('接诉即办');
  const { TRUST_PROXY: trustProxy, PUBLIC_LIMIT_ADDRESS: address, PUBLIC_LIMIT_NUMBER: number } = config;
  const loginLimits = { address: config.LOGIN_LIMIT_ADDRESS };
  const proxies = trustProxy === undefined ? {} : { trustProxy };
  const sso = ssoSettings(config);
  const limits = { publicLimits: { address, number }, loginLimits, unmaskLimit: config.UNMASK_LIMIT };
  const app = await build(ctx, log, { ...limits, ...edgesOf(config), ...proxies, ...(sso && { sso }) });
  opened.push(() => app.close());
  const refresh = setInterval(() => {
    ctx.refresh().catch((error: unknown) => log.error({ err: error }, 'reference data could not be refreshed'));
    vault.refresh().catch((error: unknown) => log.error({ err: error }, 'new keys could not be read'));
  }, refreshMs);
  opened.push(async () => clearInterval(refresh));
  const watch = startWatch(ctx, log);
  opened.push(watch.stop);
  const rollup = startRollup(ctx, log);
  opened.push(rollup.stop);
  const chaining = startChaining(ctx, log);
  opened.push(chaining.stop);
  const retention = startRetention(ctx, log);
  opened.push(retention.stop);
  const deliveries = createDeliveries(ctx, log);
  deliveries.start();
  opened.push(deliveries.stop);
  const url = await app.listen({ host: config.HOST, port: config.PORT });
  log.info({ address: url, database: connection.place, docs: `${url}/docs` }, 'jiesu is ready');
}
