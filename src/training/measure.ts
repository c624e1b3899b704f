/** Measures judgements against labels: how often right, how sure, how fast. Pure. */

/** One text: what was said, best first with confidences, and what is right. */
export interface Answered {
  said: readonly string[];
  /** Of the first answer, from 0 to 1. */
  confidence: number;
  right: string;
  /** Another answer that counts as right. */
  other: string | null;
  /** Whether the service would act on it without a person. */
  accepted: boolean;
}

export interface ClassFigures {
  precision: number | null;
  recall: number | null;
  f1: number;
  support: number;
}

/** What `evaluate` prints; rates are fractions rounded to 4 decimals. */
export interface Measurement {
  n: number;
  accuracy: number;
  /** Where a second answer may be right: the share that hits the first one. */
  strict: number;
  top3: number;
  macroF1: number;
  /** Expected calibration error over ten equal ranges of confidence. */
  ece: number;
  accepted: { share: number; accuracy: number | null };
  /** The largest share of surest texts whose accuracy is still 0.97. */
  coverageAt97: number;
  /** Accuracy of the surest tenth, two tenths … all. */
  curve: { coverage: number; accuracy: number; confidence: number }[];
  classes: Record<string, ClassFigures>;
  /** Right answer → answer given → how often. */
  confusion: Record<string, Record<string, number>>;
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;
const ratio = (part: number, whole: number) => (whole === 0 ? null : round(part / whole));
const isRight = ({ said, right, other }: Answered) => said[0] === right || (other !== null && said[0] === other);

export function measure(answered: readonly Answered[]): Measurement {
  const n = answered.length;
  const right = answered.filter(isRight).length;
  const accepted = answered.filter((one) => one.accepted);
  const classes = classFigures(answered);
  const scored = Object.values(classes).filter(({ support }) => support > 0);
  return {
    n,
    accuracy: round(right / n),
    strict: round(answered.filter(({ said, right: label }) => said[0] === label).length / n),
    top3: round(answered.filter(inTop3).length / n),
    macroF1: round(scored.reduce((sum, { f1 }) => sum + f1, 0) / scored.length),
    ece: round(calibrationError(answered)),
    accepted: { share: round(accepted.length / n), accuracy: ratio(accepted.filter(isRight).length, accepted.length) },
    ...coverage(answered),
    classes,
    confusion: confusionOf(answered),
  };
}

function inTop3({ said, right, other }: Answered): boolean {
  const top = said.slice(0, 3);
  return top.includes(right) || (other !== null && top.includes(other));
}

/** The class a text counts for: a second right answer, where given, is taken as the label. */
const labelOf = (one: Answered) => (isRight(one) ? (one.said[0] ?? one.right) : one.right);

function classFigures(answered: readonly Answered[]): Record<string, ClassFigures> {
  const counts = new Map<string, { hit: number; given: number; support: number }>();
  const at = (code: string) => {
    const known = counts.get(code) ?? { hit: 0, given: 0, support: 0 };
    counts.set(code, known);
    return known;
  };
  for (const one of answered) {
    const label = labelOf(one);
    at(label).support += 1;
    at(one.said[0] ?? '').given += 1;
    if (isRight(one)) at(label).hit += 1;
  }
  return Object.fromEntries(
    [...counts].toSorted().map(([code, { hit, given, support }]) => [
      code,
      {
        precision: ratio(hit, given),
        recall: ratio(hit, support),
        f1: round((2 * hit) / (given + support)),
        support,
      },
    ]),
  );
}

function confusionOf(answered: readonly Answered[]): Record<string, Record<string, number>> {
  const found: Record<string, Record<string, number>> = {};
  for (const one of answered) {
    const row = found[labelOf(one)] ?? {};
    const said = one.said[0] ?? '';
    row[said] = (row[said] ?? 0) + 1;
    found[labelOf(one)] = row;
  }
  return found;
}

function calibrationError(answered: readonly Answered[]): number {
  const ranges = Array.from({ length: 10 }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const one of answered) {
    const range = ranges[Math.min(9, Math.floor(one.confidence * 10))];
    if (range === undefined) continue;
    range.count += 1;
    range.confidence += one.confidence;
    if (isRight(one)) range.right += 1;
  }
  return ranges.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0) / answered.length;
}

function coverage(answered: readonly Answered[]): Pick<Measurement, 'coverageAt97' | 'curve'> {
  const surest = answered.toSorted((a, b) => b.confidence - a.confidence);
  const curve: Measurement['curve'] = [];
  let right = 0;
  let most = 0;
  surest.forEach((one, index) => {
    const count = index + 1;
    if (isRight(one)) right += 1;
    if (right >= 0.97 * count) most = count;
    const tenths = Math.round((count * 10) / surest.length);
    if (count === Math.round((tenths * surest.length) / 10) && tenths > curve.length) {
      curve.push({
        coverage: round(count / surest.length),
        accuracy: round(right / count),
        confidence: round(one.confidence),
      });
    }
  });
  return { coverageAt97: round(most / surest.length), curve };
}
