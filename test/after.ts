/** After all tests: nothing stays, neither databases nor server nor files. */
import { readFile, rm } from 'node:fs/promises';
import postgres from 'postgres';
import { openEmbedded } from '../src/db/embedded.ts';
import { errorCode } from '../src/http/errors.ts';
import { type Note, noteFile, testFolder } from './server.ts';

const note: Note = JSON.parse(await readFile(noteFile, 'utf8'));
const admin = postgres(note.url, { max: 1, onnotice: () => undefined });
await admin.unsafe(`drop database if exists ${note.template} with (force)`);
if (note.madeRoles) {
  // Another run may be using them by now: then it is the one to remove them.
  const inUse = (error: unknown) => {
    if (errorCode(error) !== '2BP01') throw error;
  };
  await admin.unsafe('drop role if exists jiesu_service, jiesu_unit, jiesu_channel').catch(inUse);
}
await admin.end();
if (note.embedded) {
  await (await openEmbedded(testFolder)).release();
  await rm(testFolder, { recursive: true, force: true });
}
await rm(noteFile, { force: true });
