/**
 * From the words that rules and matters name a lead by to units: `street`, `district`, `enterprise:WORD` (by place), a code.
 * A code that is no unit of this city is one of the national catalogue: it is looked up by place as a word is.
 * What does not depend on the complaint is looked up once.
 */
import type { Catalog } from '../catalog/catalog.ts';
import { localLead } from '../catalog/check-rules.ts';
import type { Unit } from '../catalog/types.ts';

export interface PlaceCodes {
  district: string | null;
  street: string | null;
}

/** One word for a lead, ready to be asked for the unit of a place. */
export interface Lead {
  word: string;
  /** Says who it is where the unit is not known. */
  name: string;
  /** Whether it depends on the place. */
  isLocal: boolean;
  unitIn(place: PlaceCodes): Unit | null;
  /** Why this unit in this place, where that needs saying. */
  reasonIn(place: PlaceCodes): string | null;
}

export type Leads = (word: string) => Lead;

/** The units that answer for streets and districts: their own, unless the list names another. */
function governors({ data, units }: Catalog): Map<string, Unit> {
  const found = new Map<string, Unit>();
  for (const { kind, code, unit } of data.divisions) {
    const own = kind === 'community' ? undefined : units.get(unit ?? code);
    if (own !== undefined) found.set(code, own);
  }
  return found;
}

const noReason = () => null;

/** The lead that differs by place: the street's row comes before the district's, that before the one of `*`. */
function localOf({ data, units }: Catalog, lead: string, word: string): Lead {
  const rows = data.localUnits.filter((row) => row.word === word);
  const byPlace = new Map(
    rows.map(({ division, unit, reason }) => [division, { unit: units.get(unit) ?? null, reason }]),
  );
  const rowIn = ({ street, district }: PlaceCodes) =>
    byPlace.get(street ?? '') ?? byPlace.get(district ?? '') ?? byPlace.get('*');
  const everywhere = rows.length === 1 ? (byPlace.get('*')?.unit ?? undefined) : undefined;
  return {
    word: lead,
    // Where it is one unit everywhere, that is who it is.
    name: everywhere?.name ?? '所在地的单位',
    isLocal: everywhere === undefined,
    unitIn: (place) => rowIn(place)?.unit ?? null,
    reasonIn: (place) => rowIn(place)?.reason ?? null,
  };
}

/** Builds the look-up of leads of a catalog. */
export function buildLeads(catalog: Catalog): Leads {
  const governing = governors(catalog);
  const of = (code: string | null): Unit | null => (code === null ? null : (governing.get(code) ?? null));
  const street: Lead = {
    word: 'street',
    name: '所在街道（乡镇）',
    isLocal: true,
    unitIn: (place) => of(place.street),
    reasonIn: noReason,
  };
  const district: Lead = {
    word: 'district',
    name: '所在区',
    isLocal: true,
    // A street that answers to a unit of its own (a development zone) answers to it for the district's duties too.
    unitIn: (place) => {
      const own = of(place.street);
      return own?.kind === 'district' ? own : of(place.district);
    },
    reasonIn: noReason,
  };
  const known = new Map<string, Lead>([street, district].map((lead) => [lead.word, lead]));
  const build = (word: string): Lead => {
    if (word.startsWith(localLead)) return localOf(catalog, word, word.slice(localLead.length));
    const unit = catalog.units.get(word);
    if (unit === undefined) return localOf(catalog, word, word);
    return { word, name: unit.name, isLocal: false, unitIn: () => unit, reasonIn: noReason };
  };
  return (word) => {
    const lead = known.get(word) ?? build(word);
    known.set(word, lead);
    return lead;
  };
}
