/** `train`: learns a model from labelled texts and writes it with its card; takes it into use where it is not worse. */
import path from 'node:path';
import { shanghaiDate } from '../catalog/calendar.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import type { SeedData } from '../catalog/types.ts';
import { buildLexicon } from '../classify/lexicon.ts';
import type { Model } from '../classify/model.ts';
import { createSegmenter, dictionaryHash, userWords } from '../classify/segment.ts';
import { adoptModel, checkName, currentModel, loadModel, saveModel } from '../classify/store.ts';
import { readConfig } from '../config.ts';
import { readSeeds } from '../db/seed.ts';
import { writeCard } from '../training/card.ts';
import { correctModel } from '../training/correct.ts';
import { defaultSettings, judgeHeldOut, train as learn } from '../training/train.ts';
import { CommandError, say } from './common.ts';
import { evaluateModel } from './evaluate.ts';
import { readSources, type SourceOptions } from './train-sources.ts';

export interface TrainOptions extends SourceOptions {
  name: string;
  base?: string;
  dir?: string;
  seed: string;
  strings: string;
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
  const { set, sources } = await readSources(options, { lexicon, levels: levelsByWords(data) }, folder);
  const settings = { ...defaultSettings, seed, strings: Number(options.strings) };
  if (!(settings.strings >= 100 && settings.strings <= 30_000)) {
    throw new CommandError('--strings 应在 100 到 30000 之间');
  }
  if (options.base !== undefined) {
    const model = correctModel(loadModel(folder, options.base), set, origin, lexicon, settings);
    return keep(folder, model, writeCard(model, sources, null, options.base), options);
  }
  if (set.texts.length < 50)
    throw new CommandError(`只有 ${set.texts.length} 条标注，至少要 50 条（--data、--with-corrections 或 --letters）`);
  say(`训练 ${set.texts.length} 条`);
  const heldOut = judgeHeldOut(set, lexicon, segmenter, settings, say);
  const model = learn(set, heldOut, origin, lexicon, segmenter, settings);
  return keep(folder, model, writeCard(model, sources, { heldOut, tasks: set.tasks, settings }, null), options);
}

/** The levels that words may set by themselves. */
const levelsByWords = ({ levels }: SeedData) =>
  levels.flatMap(({ code, alarmFrom }) => (alarmFrom === null ? [] : [code]));

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
