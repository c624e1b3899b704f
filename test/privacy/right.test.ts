/** Who may see a caller whole: every role in every standing. */
import t from 'tap';
import { roles } from '../../src/access/roles.ts';
import { refusalOf } from '../../src/privacy/right.ts';

const both = [false, true];
const standings = both.flatMap((secret) =>
  both.flatMap((ownOrder) => both.map((claimed) => ({ secret, ownOrder, claimed }))),
);

t.test('the table', (t) => {
  for (const role of roles) {
    for (const standing of standings) {
      const { secret, ownOrder, claimed } = standing;
      const allowed =
        role === 'operator' ||
        role === 'dispatcher' ||
        ((role === 'handler' || role === 'manager') && ownOrder && !secret) ||
        (role === 'callback' && claimed);
      t.equal(refusalOf(role, standing) === null, allowed, `${role} ${JSON.stringify(standing)}`);
    }
  }
  t.end();
});
