/** `model list` and `model use`: which model judges. */
import { segmenterName } from '../classify/segment.ts';
import { adoptModel, checkModel, currentModel, listModels, loadModel } from '../classify/store.ts';
import { readConfig } from '../config.ts';
import { readSeeds } from '../db/seed.ts';
import { print, say } from './common.ts';

export function modelList(): void {
  const folder = readConfig(process.env).MODEL_DIR;
  const current = currentModel(folder);
  for (const name of listModels(folder)) print(`${name === current ? '*' : ' '} ${name}`);
}

/** Reads the model first: one that cannot be read, or that was made for other words, is not taken into use. */
export function modelUse(name: string, { dir }: { dir?: string }): void {
  const folder = readConfig(process.env).MODEL_DIR;
  const { data } = readSeeds(dir);
  checkModel(loadModel(folder, name), data, segmenterName);
  adoptModel(folder, name);
  say(`已启用 ${name}，重启服务后生效`);
}
