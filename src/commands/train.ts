/** `train`: learns a model from labelled texts and writes it with its card; takes it into use where it is not worse. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { shanghaiDate } from '../catalog/calendar.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import { buildLexicon, type Lexicon } from '../classify/lexicon.ts';
import type { Model } from '../classify/model.ts';
import { createSegmenter, dictionaryHash, userWords } from '../classify/segment.ts';
import { adoptModel, checkName, currentModel, loadModel, saveModel } from '../classify/store.ts';
import { readConfig } from '../config.ts';
import { readSeeds } from '../db/seed.ts';
import { type CardSource, writeCard } from '../training/card.ts';
import { correctModel } from '../training/correct.ts';
import { correctedExamples } from '../training/corrected.ts';
import { Example, Letter, parseLines } from '../training/examples.ts';
import { judgementSet, letterSet } from '../training/sets.ts';
import { findCorrected } from '../training/store.ts';
import { defaultSettings, judgeHeldOut, train as learn, type TrainingSet } from '../training/train.ts';
import { CommandError, say, withDatabase } from './common.ts';
import { evaluateModel } from './evaluate.ts';

export interface TrainOptions {
  name: string;
  data?: string[];
  letters?: string[];
  base?: string;
  withCorrections?: boolean;
  correctionsLimit: string;
  evaluate?: string;
  dir?: string;
  seed: string;
  strings: string;
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Reads labelled files; answers their items and what the card says of them. */
function readFiles<const T extends typeof Example | typeof Letter>(files: readonly string[], shape: T) {
  const sources: CardSource[] = [];
  const items = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const lines = parseLines(text, shape, file);
    sources.push({ file: path.basename(file), hash: hashOf(text), count: lines.length });
    return lines;
  });
  return { items, sources };
}

/** Adds the complaints that people have corrected, straight from the database: their texts are never written to a file. */
async function addCorrections(
  { items, sources }: { items: Example[]; sources: CardSource[] },
  { withCorrections, correctionsLimit, letters }: TrainOptions,
  lexicon: Lexicon,
): Promise<void> {
  if (!withCorrections) return;
  if (letters !== undefined) throw new CommandError('--with-corrections 不能与 --letters 同用：更正里没有七类标注');
  const limit = Number(correctionsLimit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000_000) {
    throw new CommandError('--corrections-limit 应为 1 到 1000000 的整数');
  }
  const rows = await withDatabase(({ db }) => findCorrected(db, limit));
  const corrected = correctedExamples(rows, lexicon);
  if (corrected.length < rows.length) say(`${rows.length - corrected.length} 件更正的编码已不在基础数据里，未用`);
  if (corrected.length === 0) {
    if (items.length === 0) throw new CommandError('还没有事项、需求或类型的更正，也没有 --data：没有可学的');
    return say('还没有事项、需求或类型的更正，只用 --data');
  }
  say(`更正 ${corrected.length} 件`);
  items.push(...corrected);
  sources.push({ file: 'corrections', hash: hashOf(JSON.stringify(corrected)), count: corrected.length });
}

export async function train(options: TrainOptions): Promise<void> {
  const folder = readConfig(process.env).MODEL_DIR;
  checkName(options.name);
  const seed = Number(options.seed);
  if (!Number.isInteger(seed)) throw new CommandError('--seed 应为整数');
  const { data } = readSeeds(options.dir);
  const segmenter = createSegmenter(userWords(data));
  const lexicon = buildLexicon(buildCatalog(data, shanghaiDate(new Date())));
  const origin = { name: options.name, segmenter: segmenter.name, dictionary: dictionaryHash(data) };
  const examples = readFiles(options.data ?? [], Example);
  await addCorrections(examples, options, lexicon);
  const letters = readFiles(options.letters ?? [], Letter);
  if (options.base !== undefined) {
    const set = judgementSet(examples.items, lexicon);
    const model = correctModel(loadModel(folder, options.base), set, origin, lexicon, { ...defaultSettings, seed });
    return keep(folder, model, writeCard(model, examples.sources, null, options.base), options);
  }
  const set: TrainingSet = letters.items.length > 0 ? letterSet(letters.items) : judgementSet(examples.items, lexicon);
  if (set.texts.length < 50)
    throw new CommandError(`只有 ${set.texts.length} 条标注，至少要 50 条（--data、--with-corrections 或 --letters）`);
  const strings = Number(options.strings);
  if (!(strings >= 100 && strings <= 30_000)) throw new CommandError('--strings 应在 100 到 30000 之间');
  const settings = { ...defaultSettings, seed, strings };
  say(`训练 ${set.texts.length} 条`);
  const heldOut = judgeHeldOut(set, lexicon, segmenter, settings, say);
  const model = learn(set, heldOut, origin, lexicon, segmenter, settings);
  const card = writeCard(
    model,
    [...examples.sources, ...letters.sources],
    { heldOut, tasks: set.tasks, settings },
    null,
  );
  return keep(folder, model, card, options);
}

/** Writes the model; takes it into use where it is judged not worse than the one in use on the same texts. */
async function keep(folder: string, model: Model, card: string, { evaluate, dir }: TrainOptions): Promise<void> {
  saveModel(folder, model, card);
  say(`已写入 ${path.join(folder, `${model.name}.bin`)}`);
  if (evaluate === undefined) return say('没有给 --evaluate，未启用；启用：jiesu model use <name>');
  const before = currentModel(folder);
  const score = async (name: string) => {
    const { accuracy, macroF1 } = await evaluateModel({
      task: 'need',
      data: evaluate,
      model: name,
      dir,
      lenient: true,
    });
    const matter = await evaluateModel({ task: 'matter1', data: evaluate, model: name, dir, lenient: true });
    return { need: accuracy, macroF1, matter: matter.accuracy };
  };
  const [old, own] = [await score(before), await score(model.name)];
  say(`${before}：${JSON.stringify(old)}`);
  say(`${model.name}：${JSON.stringify(own)}`);
  if (own.need < old.need || own.matter < old.matter) {
    return say(`${model.name} 不如 ${before}，未启用`);
  }
  adoptModel(folder, model.name);
  say(`已启用 ${model.name}，重启服务后生效；恢复：jiesu model use ${before}`);
}
