/**
 * The units that come and go with their divisions: a district or street answers under its own code, so its unit is opened and
 * closed with it. Pure.
 */
import type { Division, Unit } from '../catalog/types.ts';
import { validOn } from '../catalog/validity.ts';
import type { Changes } from './changes.ts';

export interface UnitsPlan {
  opened: Unit[];
  closed: Unit[];
}

const isGoverned = ({ kind }: Division) => kind === 'district' || kind === 'street';
const isTown = (name: string) => /[镇乡]$/.test(name);

/** The name in the usual style; whoever knows a better one writes it into units.csv. */
function nameOf({ kind, name }: Division, above: string): string {
  if (kind === 'district') return `${above}${name}人民政府`;
  return `${above}${name}${isTown(name) ? '人民政府' : '办事处'}`;
}

/** The duties of the unit it follows, or else of one of its kind. */
function dutyOf(division: Division, before: Unit | undefined, units: readonly Unit[]): string {
  const peers = units.filter(({ kind, validTo }) => kind === division.kind && validTo === null);
  const peer = peers.find(({ name }) => isTown(division.name) === /[镇乡]人民政府$/.test(name)) ?? peers[0];
  return (before ?? peer)?.duty ?? '负责本辖区的属地事项。';
}

/** Opens and closes units with the divisions of a list. A zone has no government: the list must say who answers for it. */
export function planUnits(
  units: readonly Unit[],
  { added, closed, moved }: Pick<Changes, 'added' | 'closed' | 'moved'>,
  list: readonly Division[],
  from: string,
): UnitsPlan {
  const known = new Map(units.map((unit) => [unit.code, unit]));
  const divisions = new Map(list.map((row) => [row.code, row]));
  const gone = [...closed, ...moved.map(({ before }) => before)].filter(isGoverned);
  const closing = gone.flatMap(({ code }) => {
    const unit = known.get(code);
    return unit !== undefined && validOn(unit, from) ? [{ ...unit, validTo: from }] : [];
  });
  const open = (division: Division, before: Unit | undefined): Unit[] => {
    const { code, name, kind, parent, unit, zone } = division;
    const own = known.get(code);
    if (!isGoverned(division) || zone || unit !== null || (own !== undefined && validOn(own, from))) return [];
    if (own !== undefined) return [{ ...own, validTo: null }];
    const above = divisions.get(parent ?? '');
    return [
      {
        code,
        name: nameOf(division, above?.name ?? ''),
        kind: kind === 'district' ? 'district' : 'street',
        parent: kind === 'district' ? null : (above?.unit ?? parent),
        division: code,
        aliases: [name],
        duty: dutyOf(division, before, units),
        validFrom: from,
        validTo: null,
      },
    ];
  };
  return {
    closed: closing,
    opened: [
      ...added.flatMap((row) => open(row, undefined)),
      ...moved.flatMap(({ before, after }) => open(after, known.get(before.code))),
    ],
  };
}
