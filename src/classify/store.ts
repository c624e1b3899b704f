/** Model files: `NAME.bin` and its card `NAME.md` in one folder; the file `current` names the one in use. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SeedData } from '../catalog/types.ts';
import type { Model } from './model.ts';
import { decodeModel, encodeModel, ModelError } from './model-file.ts';
import { dictionaryHash } from './segment.ts';

/** The models that come with the project. */
export const builtInModels = fileURLToPath(new URL('../../seeds/model', import.meta.url));

const namePattern = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const currentFile = (folder: string) => path.join(folder, 'current');

/** Names a model may have: they are file names. */
export function checkName(name: string): string {
  if (!namePattern.test(name)) throw new ModelError(`模型名 ${name} 不合要求：小写字母、数字、点和连字符，至多 64 个`);
  return name;
}

export function currentModel(folder: string): string {
  if (!existsSync(currentFile(folder))) throw new ModelError(`${folder} 里没有 current 文件，不知道用哪个模型`);
  return checkName(readFileSync(currentFile(folder), 'utf8').trim());
}

export function listModels(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.bin'));
  return files.map((file) => file.slice(0, -4)).toSorted();
}

/** Reads a model, the current one where none is named. Throws a `ModelError` with the file and the reason. */
export function loadModel(folder: string, name: string = currentModel(folder)): Model {
  const file = path.join(folder, `${checkName(name)}.bin`);
  if (!existsSync(file)) throw new ModelError(`没有模型文件 ${file}`);
  try {
    return decodeModel(readFileSync(file));
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(`模型文件 ${file} 不能使用：${error.message}`);
    throw error;
  }
}

/** Throws a `ModelError` where a model was trained with another segmenter or for other words than these. */
export function checkModel(model: Model, data: SeedData, segmenter: string): void {
  const remedy = '请用现在的词重新训练（jiesu train），或以它为底重新标记（jiesu train --base），或换回原来的基础数据';
  if (model.segmenter !== segmenter) {
    throw new ModelError(`模型 ${model.name} 由 ${model.segmenter} 训练，现在是 ${segmenter}；${remedy}`);
  }
  if (model.dictionary !== dictionaryHash(data)) {
    throw new ModelError(`模型 ${model.name} 的词典与现在的事项、词表不符；${remedy}`);
  }
}

export function saveModel(folder: string, model: Model, card: string): void {
  writeFileSync(path.join(folder, `${checkName(model.name)}.bin`), encodeModel(model));
  writeFileSync(path.join(folder, `${model.name}.md`), card);
}

/** Takes a model into use: from the next start on. */
export function adoptModel(folder: string, name: string): void {
  writeFileSync(currentFile(folder), `${checkName(name)}\n`);
}
