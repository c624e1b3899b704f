/** After all tests: nothing stays, neither databases nor server nor files. */
import { readFile, rm } from 'node:fs/promises';
import postgres from 'postgres';
import { openEmbedded } from '../src/db/embedded.ts';
import { type Note, noteFile, testFolder } from './server.ts';

const note: Note = JSON.parse(await readFile(noteFile, 'utf8'));
const admin = postgres(note.url, { max: 1, onnotice: () => undefined });
await admin.unsafe(`drop database if exists ${note.template} with (force)`);
await admin.end();
if (note.embedded) {
  await (await openEmbedded(testFolder)).release();
  await rm(testFolder, { recursive: true, force: true });
}
await rm(noteFile, { force: true });
