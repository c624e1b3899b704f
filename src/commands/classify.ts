/** `classify`: JSON lines in, JSON lines out, in order; needs no database. */
import { createInterface } from 'node:readline';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { shanghaiDate } from '../catalog/calendar.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import { createSegmenter, userWords } from '../classify/segment.ts';
import { checkModel, loadModel } from '../classify/store.ts';
import { readConfig } from '../config.ts';
import { readSeeds } from '../db/seed.ts';
import { buildJudge } from '../intake/judge.ts';
import { CommandError, say, seedsFolder } from './common.ts';

const Line = Type.Object({
  id: Type.Union([Type.String(), Type.Number()]),
  title: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  text: Type.String({ minLength: 1, maxLength: 200_000 }),
  address: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  district: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/** Judges stdin line by line. A bad line is named on stderr, its place in the output kept, and the exit code is 1. */
export async function classify({ dir }: { dir?: string }): Promise<void> {
  const { data } = readSeeds(seedsFolder(dir));
  const segmenter = createSegmenter(userWords(data));
  const model = loadModel(readConfig(process.env).MODEL_DIR);
  checkModel(model, data, segmenter.name);
  const judge = buildJudge(buildCatalog(data, shanghaiDate(new Date())), segmenter, model);
  let number = 0;
  let bad = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line.trim() === '') continue;
    const item = parse(line);
    if (item === null) {
      bad += 1;
      say(`第 ${number} 行无法判定：应为 {"id","title"?,"text","address"?,"district"?}`);
      process.stdout.write(`${JSON.stringify({ line: number, error: 'VALIDATION_FAILED' })}\n`);
      continue;
    }
    const { id, text } = item;
    const { judgement } = judge.judge({
      text,
      title: item.title ?? undefined,
      address: item.address ?? undefined,
      district: item.district ?? undefined,
    });
    const flushed = process.stdout.write(`${JSON.stringify({ id, ...judgement })}\n`);
    if (!flushed) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  if (bad > 0) throw new CommandError(`${bad} 行无法判定`);
}

function parse(line: string) {
  try {
    const item: unknown = JSON.parse(line);
    return Value.Check(Line, item) ? item : null;
  } catch {
    return null;
  }
}
