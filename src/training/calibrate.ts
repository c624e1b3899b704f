/** Makes probabilities mean what they say: chooses how sharp a softmax must be, from scores of texts held out. */

/** Scores of one text over all answers, and the answers that are right. */
export interface Judged {
  scores: Float64Array;
  answer: number;
  /** Another right answer, or -1. */
  other: number;
}

/** The likeliest answer with its probability. */
export function likeliest(scores: Float64Array, sharpness: number): { answer: number; confidence: number } {
  let answer = 0;
  for (let i = 1; i < scores.length; i += 1) if ((scores[i] as number) > (scores[answer] as number)) answer = i;
  let sum = 0;
  for (const score of scores) sum += Math.exp(sharpness * (score - (scores[answer] as number)));
  return { answer, confidence: 1 / sum };
}

/** Log loss of “the likeliest answer is right with this confidence”. */
function loss(judged: readonly Judged[], sharpness: number): number {
  let sum = 0;
  for (const { scores, answer, other } of judged) {
    const top = likeliest(scores, sharpness);
    const confidence = Math.min(Math.max(top.confidence, 1e-9), 1 - 1e-9);
    sum -= Math.log(top.answer === answer || top.answer === other ? confidence : 1 - confidence);
  }
  return sum;
}

const [lowest, highest] = [0.1, 50];
const golden = (Math.sqrt(5) - 1) / 2;

/** The sharpness of least loss, by golden section; the loss has one valley. */
export function fitSharpness(judged: readonly Judged[]): number {
  if (judged.length === 0) return 1;
  let low: number = lowest;
  let high: number = highest;
  for (let step = 0; step < 40; step += 1) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (loss(judged, left) < loss(judged, right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}
