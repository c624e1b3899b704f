/** The model card: from what a model was learned, with which settings, and what it reached on texts held out. */
import type { Model } from '../classify/model.ts';
import { likeliest } from './calibrate.ts';
import { type Answered, measure } from './measure.ts';
import type { HeldOut, Task, TrainSettings } from './train.ts';

export interface CardSource {
  file: string;
  hash: string;
  count: number;
  /** The model that labelled it, where nobody did. */
  teacher?: string | undefined;
}

/** Figures of cross-validation as they stand in the card. */
function answeredOf({ task, codes }: Task, heldOut: HeldOut, sharpness: number): Answered[] {
  return (heldOut.get(task) ?? []).map(({ scores, answer, other }) => {
    const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
    return {
      said: order.slice(0, 3).map((index) => codes[index] as string),
      confidence: likeliest(scores, sharpness).confidence,
      right: codes[answer] as string,
      other: other === -1 ? null : (codes[other] as string),
      accepted: false,
    };
  });
}

function figures(model: Model, { heldOut, tasks, settings }: Validation): string[] {
  const rows = tasks.map((task) => {
    const sharpness = model.heads.find((head) => head.task === task.task)?.sharpness ?? 1;
    const { n, accuracy, strict, top3, macroF1, ece } = measure(answeredOf(task, heldOut, sharpness));
    return `| ${task.task} | ${n} | ${accuracy} | ${strict} | ${top3} | ${macroF1} | ${ece} |`;
  });
  return [
    '## 交叉检验（训练数据内，留出部分未参与选词和学习）',
    '',
    '| 任务 | 条数 | 准确率 | 严格 | 前三 | 宏 F1 | ECE |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `设置：\`${JSON.stringify(settings)}\``,
  ];
}

export interface Validation {
  heldOut: HeldOut;
  tasks: readonly Task[];
  settings: TrainSettings;
}

export function writeCard(
  model: Model,
  sources: readonly CardSource[],
  validation: Validation | null,
  base: string | null,
): string {
  const lines = [
    `# 模型 ${model.name}`,
    '',
    '线性模型：学到的字串（词和一至三字的字串）与词表得分，一对其余，平方合页损失。文本不在模型里，里面只有字串和数。',
    '',
    `- 分词器：${model.segmenter}`,
    `- 词典：${model.dictionary}`,
    `- 字串 ${model.strings.length}，得分 ${model.sums.length}，列 ${model.columns}（${model.heads.map(({ task, codes }) => `${task} ${codes.length}`).join('、')}）`,
    `- 概率的陡度：${model.heads.map(({ task, sharpness }) => `${task} ${sharpness.toFixed(3)}`).join('、')}`,
    ...(base === null ? [] : [`- 以 ${base} 为底修正`]),
    '',
    '## 数据',
    '',
    '| 文件 | 条数 | SHA-256 前 16 位 |',
    '| --- | --- | --- |',
    ...sources.map(
      ({ file, count, hash, teacher }) =>
        `| ${file}${teacher ? `（${teacher} 标注，去掉重复和与标注相近的）` : ''} | ${count} | ${hash} |`,
    ),
    '',
    ...(validation === null ? [] : figures(model, validation)),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
