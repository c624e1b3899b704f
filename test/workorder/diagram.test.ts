/** The diagram in the docs is the one that the table makes. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { mermaid } from '../../src/workorder/diagram.ts';
import { orderStates, stateLabels } from '../../src/workorder/lifecycle.ts';

const docs = readFileSync(new URL('../../docs/lifecycle.md', import.meta.url), 'utf8');

t.ok(
  docs.includes(`\`\`\`mermaid\n${mermaid()}\n\`\`\``),
  'run jiesu lifecycle --mermaid and put it into docs/lifecycle.md',
);
for (const state of orderStates) t.match(mermaid(), `${state}: ${stateLabels[state]}`);
t.match(mermaid(), /reassigned --> \[\*\]/);
t.notMatch(mermaid(), /超时|预警/, 'no marks of the clocks');
