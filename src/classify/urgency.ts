/**
 * Danger (L1) and outages (L2) in a complaint's words: from which chance on the words set the level, whatever the matter.
 * The chances come from the model; the levels say which chance is enough (`alarm_from` in seeds/levels.csv).
 */

/** Answer of a model's `level` head: the words ask for no level of their own. */
export const noAlarm = 'none';

/** A level that words may set: the model's column for it, and from which chance on. */
export interface AlarmLevel {
  code: string;
  /** Its place in the model's answers. */
  answer: number;
  /** The least chance, 0 to 1, of this level or a more urgent one. */
  from: number;
}

/** A level set by words, with the chance that it or a more urgent one is right. */
export interface Alarm {
  level: string;
  chance: number;
  answer: number;
}

/** The levels that words may set, most urgent first: by order of code, as everywhere. `alarmFrom` in basis points, null = never. */
export function alarmLevels(
  levels: readonly { code: string; alarmFrom: number | null }[],
  answers: readonly string[],
): AlarmLevel[] {
  return levels
    .flatMap(({ code, alarmFrom }) => {
      const answer = answers.indexOf(code);
      return alarmFrom === null || answer === -1 ? [] : [{ code, answer, from: alarmFrom / 10_000 }];
    })
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** The most urgent level whose chance is enough; null where none is. */
export function findAlarm(levels: readonly AlarmLevel[], chances: Float64Array): Alarm | null {
  let chance = 0;
  for (const { code, answer, from } of levels) {
    chance += chances[answer] as number;
    if (chance >= from) return { level: code, chance, answer };
  }
  return null;
}
