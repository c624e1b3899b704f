/** Answers are compiled with what they refer to, and no more. */
import t from 'tap';
import { buildSerializer, neededBy } from '../../src/http/serialization.ts';

const shared = {
  Leaf: { $id: 'Leaf', type: 'object', properties: { code: { type: 'string' } } },
  Branch: { $id: 'Branch', type: 'object', properties: { leaf: { $ref: 'Leaf#' }, next: { $ref: 'Branch#' } } },
  Other: { $id: 'Other', type: 'object', properties: { branch: { $ref: 'Branch#' } } },
};
const route = { method: 'GET', url: '/x', httpStatus: '200' };

t.test('what a schema refers to, and what that refers to', async (t) => {
  t.same(Object.keys(neededBy({ type: 'array', items: { $ref: 'Branch#' } }, shared)), ['Branch', 'Leaf']);
  t.same(neededBy({ type: 'object', properties: { $ref: { type: 'string' } } }, shared), {}, 'a property of that name');
  t.same(neededBy({ $ref: '#/definitions/Leaf' }, shared), {}, 'its own definitions');
});

t.test('an answer has the fields of its schema and no others', async (t) => {
  const schema = { type: 'object', properties: { items: { type: 'array', items: { $ref: 'Branch#' } } } };
  const serialize = buildSerializer(shared)({ ...route, schema });
  const answer = { items: [{ leaf: { code: 'a', secret: 1 }, next: { leaf: { code: 'b' } }, secret: 2 }], secret: 3 };
  t.same(JSON.parse(serialize(answer)), { items: [{ leaf: { code: 'a' }, next: { leaf: { code: 'b' } } }] });
  t.equal(buildSerializer({ ...shared })({ ...route, schema }), serialize, 'compiled once');
  const changed = { ...shared, Leaf: { ...shared.Leaf, properties: { name: { type: 'string' } } } };
  t.same(
    JSON.parse(buildSerializer(changed)({ ...route, schema })({ items: [{ leaf: { name: 'n', code: 'a' } }] })),
    { items: [{ leaf: { name: 'n' } }] },
    'the same reference to another schema is another',
  );
});
