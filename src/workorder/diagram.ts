/** The lifecycle table as a Mermaid state diagram, in the words people use. Pure. */
import { actionLabels, orderActions, orderStates, stateLabels, transitionOf } from './lifecycle.ts';

/** Actions that stay in their state stand in a note of it, the others as arrows. Marks of the clocks are left out. */
export function mermaid(): string {
  const lines = ['stateDiagram-v2', ...orderStates.map((state) => `  ${state}: ${stateLabels[state]}`)];
  lines.push('  [*] --> dispatched: 派单');
  for (const state of orderStates) {
    const staying: string[] = [];
    for (const action of orderActions) {
      const transition = transitionOf(state, action);
      if (transition === undefined || transition.who.every((actor) => actor === 'system')) continue;
      const { to, toWithoutCallback } = transition;
      const label = actionLabels[action];
      if (to === 'same' || to === state) staying.push(label);
      // Where it goes back to depends on where it came from: drawn to the state it mostly was in.
      else
        lines.push(
          `  ${state} --> ${to === 'before' ? 'signed' : to}: ${label}${to === 'before' ? '（恢复原状态）' : ''}`,
        );
      if (toWithoutCallback !== undefined) lines.push(`  ${state} --> ${toWithoutCallback}: ${label}（不回访）`);
    }
    if (staying.length > 0) lines.push(`  note right of ${state}: ${staying.join('、')}`);
  }
  const ends = orderStates.filter((state) =>
    orderActions.every((action) => (transitionOf(state, action)?.to ?? 'same') === 'same'),
  );
  lines.push(...ends.map((state) => `  ${state} --> [*]`));
  return lines.join('\n');
}
