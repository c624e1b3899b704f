/** What a model is learned from: labelled files, cases of urgency, texts that an older model labels, and people's corrections. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TSchema } from 'typebox';
import type { Lexicon } from '../classify/lexicon.ts';
import { loadModel } from '../classify/store.ts';
import type { CardSource } from '../training/card.ts';
import { correctedCases, correctedExamples } from '../training/corrected.ts';
import { Example, Letter, parseLines, Unlabelled, UrgencyCase } from '../training/examples.ts';
import { judgementSet, letterSet } from '../training/sets.ts';
import { findCorrected, findCorrectedLevels } from '../training/store.ts';
import { teach, withoutLike } from '../training/teach.ts';
import type { TrainingSet } from '../training/train.ts';
import { CommandError, say, withDatabase } from './common.ts';

export interface SourceOptions {
  data?: string[];
  more?: string[];
  letters?: string[];
  cases?: string[];
  unlabelled?: string[];
  teacher?: string;
  withCorrections?: boolean;
  correctionsLimit: string;
  evaluate?: string;
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Reads files of one shape; answers their items and what the card says of them. */
function readFiles<const T extends TSchema>(files: readonly string[] | undefined, shape: T) {
  const sources: CardSource[] = [];
  const items = (files ?? []).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const lines = parseLines(text, shape, file);
    sources.push({ file: path.basename(file), hash: hashOf(text), count: lines.length });
    return lines;
  });
  return { items, sources };
}

/** What texts are read with, and the levels that words may set. */
export interface Vocabulary {
  lexicon: Lexicon;
  levels: readonly string[];
}

/** Everything there is to learn from, and what the card says of it. */
export async function readSources(
  options: SourceOptions,
  vocabulary: Vocabulary,
  folder: string,
): Promise<{ set: TrainingSet; sources: CardSource[] }> {
  const { data, more, letters, cases, evaluate } = options;
  const { lexicon } = vocabulary;
  const labelled = readFiles(data, Example);
  const urgency = readFiles(cases, UrgencyCase);
  await addCorrections(labelled, urgency, options, vocabulary);
  const letter = readFiles(letters, Letter);
  if (letter.items.length > 0) return { set: letterSet(letter.items), sources: letter.sources };
  const further = readFiles(more, Example);
  // What is measured on must not be learned from, in whatever copy.
  const measured = readFiles(evaluate === undefined ? [] : [evaluate], Example);
  const taught = readTaught(options, [...labelled.items, ...further.items, ...measured.items], lexicon, folder);
  return {
    set: judgementSet(
      { examples: labelled.items, cases: urgency.items, more: further.items, taught: taught.items },
      lexicon,
    ),
    sources: [...labelled.sources, ...urgency.sources, ...further.sources, ...taught.sources],
  };
}

/** Texts that nobody labelled, with the answers of the teacher; without those that resemble a known one. */
function readTaught(
  { unlabelled, teacher }: SourceOptions,
  known: readonly Unlabelled[],
  lexicon: Lexicon,
  folder: string,
) {
  const { items, sources } = readFiles(unlabelled, Unlabelled);
  if (items.length === 0) return { items: [], sources };
  if (teacher === undefined) throw new CommandError('--unlabelled 须同时给 --teacher');
  const fresh = withoutLike(items, known);
  say(`${teacher} 标注 ${fresh.length} 条`);
  return {
    items: teach(fresh, loadModel(folder, teacher), lexicon),
    sources: sources.map((source) => ({ ...source, teacher })),
  };
}

/** Files, and what stands beside them, as they are read. */
interface Read<T> {
  items: T[];
  sources: CardSource[];
}

/** Adds the complaints that people have corrected, straight from the database: their texts are never written to a file. */
async function addCorrections(
  labelled: Read<Example>,
  urgency: Read<UrgencyCase>,
  { withCorrections, correctionsLimit, letters }: SourceOptions,
  { lexicon, levels }: Vocabulary,
): Promise<void> {
  if (!withCorrections) return;
  if (letters !== undefined) throw new CommandError('--with-corrections 不能与 --letters 同用：更正里没有七类标注');
  const limit = Number(correctionsLimit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000_000) {
    throw new CommandError('--corrections-limit 应为 1 到 1000000 的整数');
  }
  const [rows, levelRows] = await withDatabase(async ({ db }) => [
    await findCorrected(db, limit),
    await findCorrectedLevels(db, limit),
  ]);
  const corrected = correctedExamples(rows, lexicon);
  if (corrected.length < rows.length) say(`${rows.length - corrected.length} 件更正的编码已不在基础数据里，未用`);
  const cases = correctedCases(levelRows, levels);
  if (corrected.length + cases.length === 0) {
    if (labelled.items.length === 0)
      throw new CommandError('还没有事项、需求、类型或级别的更正，也没有 --data：没有可学的');
    return say('还没有事项、需求、类型或级别的更正，只用 --data');
  }
  say(`更正 ${corrected.length} 件，级别更正 ${cases.length} 件`);
  add(labelled, 'corrections', corrected);
  add(urgency, 'level corrections', cases);
}

function add<T>({ items, sources }: Read<T>, file: string, more: readonly T[]): void {
  if (more.length === 0) return;
  items.push(...more);
  sources.push({ file, hash: hashOf(JSON.stringify(more)), count: more.length });
}
