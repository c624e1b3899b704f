/** Before all tests: one server, and one migrated and seeded template database that every test file clones. */
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import postgres from 'postgres';
import { connectTo } from '../src/db/connect.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { seedBuiltIn } from '../src/db/seed.ts';
import { serviceRole } from '../src/db/sight.ts';
import { abandonedFolders, databaseUrl, type Note, noteFile, testFolder } from './server.ts';

const given = process.env.DATABASE_URL;
for (const folder of abandonedFolders()) {
  await (await openEmbedded(folder)).release();
  await rm(folder, { recursive: true, force: true });
  await rm(`${folder}.json`, { force: true });
}
const url = given ?? (await openEmbedded(testFolder)).url;
const template = `jiesu_template_${randomBytes(6).toString('hex')}`;

const admin = postgres(url, { max: 1, onnotice: () => undefined });
const [role] = await admin`select 1 from pg_roles where rolname = ${serviceRole}`;
await admin.unsafe(`create database ${template}`);
await admin.end();

const connection = await connectTo(databaseUrl(url, template), 4);
await migrate(connection);
await seedBuiltIn(connection.db, new Date());
await connection.close();

const note: Note = { url, template, embedded: given === undefined, madeRoles: role === undefined };
await writeFile(noteFile, JSON.stringify(note), { mode: 0o600 });
// The embedded server goes on by itself; `after` stops it.
process.exit(0);
