/** Labelled texts as they stand in files: one JSON object a line. The schema is the type. */
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';

const Text = { title: Type.Optional(Type.Union([Type.String(), Type.Null()])), text: Type.String({ minLength: 1 }) };

/** A text with what a reader says it is about; codes as in docs/labels.md. */
export const Example = Type.Object({
  ...Text,
  need: Type.String(),
  /** Another need that a second reader could have chosen; counts as right. */
  need2: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  /** First-level matter. */
  matter: Type.String(),
  type: Type.String(),
  /** Who leads: street, district, city, enterprise or other. */
  lead: Type.Optional(Type.String()),
  /** 2 clear, 1 arguable, 0 a guess. */
  sure: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
});
export type Example = Static<typeof Example>;

/** A text with the level that its words alone ask for: danger, an outage, or `none`. Invented; see seeds/training. */
export const UrgencyCase = Type.Object({
  ...Text,
  level: Type.String(),
  /** What kind of situation it is, for readers. */
  kind: Type.Optional(Type.String()),
});
export type UrgencyCase = Static<typeof UrgencyCase>;

/** A text that nobody has labelled. */
export const Unlabelled = Type.Object(Text);
export type Unlabelled = Static<typeof Unlabelled>;

/** A text with one of the seven labels of the letters; `tokens` are the words of a text whose own form is lost. */
export const Letter = Type.Object({
  title: Text.title,
  text: Type.Optional(Type.String({ minLength: 1 })),
  tokens: Type.Optional(Type.String({ minLength: 1 })),
  label: Type.String(),
});
export type Letter = Static<typeof Letter>;

/** A letter with the units that answered it, by name or code; what `evaluate --task lead` goes the whole way on. */
export const AnsweredLetter = Type.Object({
  ...Text,
  id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  units: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
});
export type AnsweredLetter = Static<typeof AnsweredLetter>;

/** A line that cannot be used; the message names it. */
export class ExampleError extends Error {}

/** Reads JSON lines of one shape; throws an `ExampleError` at the first line that has another. */
export function parseLines<const T extends TSchema>(text: string, shape: T, file: string): Static<T>[] {
  return text.split('\n').flatMap((line, index): Static<T>[] => {
    if (line.trim() === '') return [];
    const item = parseJson(line);
    if (!Value.Check(shape, item)) {
      const [first] = Value.Errors(shape, item);
      throw new ExampleError(
        `${file} 第 ${index + 1} 行不合要求：${first?.instancePath ?? ''} ${first?.message ?? '不是 JSON'}`,
      );
    }
    return [item];
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
