import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { Model } from '../../src/classify/model.ts';
import { decodeModel, encodeModel } from '../../src/classify/model-file.ts';
import { createSegmenter, userWords } from '../../src/classify/segment.ts';
import {
  adoptModel,
  builtInModels,
  checkModel,
  currentModel,
  listModels,
  loadModel,
  saveModel,
} from '../../src/classify/store.ts';
import { readSeeds } from '../../src/db/seed.ts';

const small: Model = {
  name: 'small-1',
  segmenter: 'nodejieba 0',
  dictionary: 'abc',
  strings: ['水', '停水'],
  rarity: Float32Array.of(1.5, 2.25),
  sums: ['need:BL'],
  heads: [
    { task: 'need', codes: ['BL', 'YJ'], from: 0, sharpness: 2 },
    { task: 'type', codes: ['help'], from: 2, sharpness: 1 },
  ],
  columns: 3,
  weights: Int8Array.of(1, -2, 3, 4, -5, 6, 127, -127, 0),
  scales: Float32Array.of(0.5, 0.25, 1),
  bias: Float32Array.of(-1, 0, 1),
  usualLeaf: { M03: 'M03.01.01' },
};

function folder(t: Test) {
  const dir = mkdtempSync(path.join(tmpdir(), 'jiesu-test-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

t.test('a model comes back from its bytes as it was, and gives the same bytes again', async (t) => {
  const bytes = encodeModel(small);
  t.same(decodeModel(bytes), small);
  t.ok(encodeModel(decodeModel(bytes)).equals(bytes));
});

t.test('a file that is cut off, changed or none at all is refused with its name and the reason', async (t) => {
  const dir = folder(t);
  saveModel(dir, small, '# card');
  const file = path.join(dir, 'small-1.bin');
  const whole = readFileSync(file);
  const changed = Buffer.from(whole);
  changed[whole.length - 40] = (changed[whole.length - 40] ?? 0) ^ 1;
  const broken: [string, Buffer, RegExp][] = [
    ['cut off', whole.subarray(0, whole.length - 5), /small-1\.bin 不能使用：文件不完整或已损坏/],
    ['one byte changed', changed, /small-1\.bin 不能使用：文件不完整或已损坏/],
    ['empty', Buffer.alloc(0), /small-1\.bin 不能使用：不是模型文件/],
    ['something else', Buffer.from('PK\u0003\u0004 a zip file'), /不是模型文件/],
    ['only the magic word', whole.subarray(0, 8), /不完整/],
  ];
  for (const [what, bytes, reason] of broken) {
    writeFileSync(file, bytes);
    t.throws(() => loadModel(dir, 'small-1'), { message: reason }, what);
  }
});

t.test('models are listed, taken into use and restored by name', async (t) => {
  const dir = folder(t);
  t.throws(() => currentModel(dir), /没有 current 文件/);
  saveModel(dir, small, '# card');
  saveModel(dir, { ...small, name: 'small-2' }, '# card');
  t.same(listModels(dir), ['small-1', 'small-2']);
  adoptModel(dir, 'small-2');
  t.equal(loadModel(dir).name, 'small-2');
  adoptModel(dir, 'small-1');
  t.equal(loadModel(dir).name, 'small-1');
  t.throws(() => loadModel(dir, 'small-3'), /没有模型文件 .*small-3\.bin/);
  t.throws(() => adoptModel(dir, '../x'), /模型名/);
});

t.test('the built-in model fits the built-in words, and no others', async (t) => {
  const { data } = readSeeds();
  const segmenter = createSegmenter(userWords(data));
  const model = loadModel(builtInModels);
  t.doesNotThrow(() => checkModel(model, data, segmenter.name));
  const [word, ...others] = data.lexicon;
  t.ok(word);
  t.throws(() => checkModel(model, { ...data, lexicon: others }, segmenter.name), /词典与现在的事项、词表不符/);
  t.throws(() => checkModel(model, data, 'another 1.0'), /由 nodejieba .* 训练，现在是 another 1\.0/);
  const [place, ...places] = data.divisions;
  t.ok(place);
  t.doesNotThrow(
    () => checkModel(model, { ...data, divisions: places }, segmenter.name),
    'places may come and go without training anew',
  );
  const bytes = readFileSync(path.join(builtInModels, `${model.name}.bin`));
  t.ok(bytes.length <= 6 * 1024 * 1024, 'at most 6 MB');
  t.ok(encodeModel(decodeModel(bytes)).equals(bytes));
});
