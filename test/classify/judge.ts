/** The judge of the built-in seeds and model, without a database. */
import { createSegmenter, userWords } from '../../src/classify/segment.ts';
import { builtInModels, loadModel } from '../../src/classify/store.ts';
import { readSeeds } from '../../src/db/seed.ts';
import { buildJudge } from '../../src/intake/judge.ts';
import { catalog } from '../helper.ts';

export const today = catalog();
export const model = loadModel(builtInModels);
export const judge = buildJudge(today, createSegmenter(userWords(readSeeds().data)), model);
