/** `model list` and `model use`: which model judges. */
import { adoptModel, currentModel, listModels, loadModel } from '../classify/store.ts';
import { readConfig } from '../config.ts';
import { print, say } from './common.ts';

export function modelList(): void {
  const folder = readConfig(process.env).MODEL_DIR;
  const current = currentModel(folder);
  for (const name of listModels(folder)) print(`${name === current ? '*' : ' '} ${name}`);
}

/** Reads the model first: one that cannot be read is not taken into use. */
export function modelUse(name: string): void {
  const folder = readConfig(process.env).MODEL_DIR;
  loadModel(folder, name);
  adoptModel(folder, name);
  say(`已启用 ${name}，重启服务后生效`);
}
