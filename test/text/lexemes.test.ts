/** Words for PostgreSQL's full-text search: whatever a word is made of, it is found again and nothing else is. */
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import { queryOf, vectorOf } from '../../src/text/lexemes.ts';
import { db } from '../helper.ts';

t.test('text of a vector and of a query', async (t) => {
  t.equal(
    vectorOf(
      new Map([
        ['电梯', [1, 7]],
        ["a'b\\", [20_000]],
      ]),
    ),
    "'电梯':1,7 'a''b\\\\':16383",
  );
  t.equal(queryOf(['电梯', "a'b\\"]), "'电梯' & 'a''b\\\\'");
  t.equal(vectorOf(new Map()), '');
});

t.test('PostgreSQL reads what was meant', async (t) => {
  const connection = await db(t);
  const word = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(word, { minLength: 1, maxLength: 6 }), word, async (words, other) => {
      const vector = vectorOf(new Map(words.map((one, index) => [one, [index + 1, index + 40]])));
      const [row] = await connection.db.execute<{ words: string[]; all: boolean; other: boolean }>(sql`
        select tsvector_to_array(${vector}::tsvector) as words, ${vector}::tsvector @@ ${queryOf(words)}::tsquery as all,
          ${vector}::tsvector @@ ${queryOf([other])}::tsquery as other`);
      t.same([row?.words.toSorted(), row?.all, row?.other], [words.toSorted(), true, words.includes(other)]);
    }),
    { numRuns: 60 },
  );
});
