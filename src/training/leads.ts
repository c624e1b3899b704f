/** Measures who leads against who answered: from a unit's name in a letter to units of the catalog, and the counting. Pure. */
import type { Catalog } from '../catalog/catalog.ts';
import type { Unit } from '../catalog/types.ts';

/** Who answered, as far as the catalog knows it. */
export interface Answering {
  unit: string | null;
  /** The district whose government or department it is. */
  district: string | null;
}

/** Turns a unit's name or code into the unit; null where nothing in the catalog answers to it. */
export type FindUnit = (name: string) => Answering | null;

/** Long and short forms of the same words. */
const short: readonly (readonly [RegExp, string])[] = [
  [/管理委员会$/, '管委会'],
  [/委员会$/, '委'],
  [/监督管理局$/, '监管局'],
  [/(?:控股)?[（(]?集团[）)]?(?:股份)?(?:有限)?(?:责任)?公司$/, '集团'],
  [/(?:股份)?有限(?:责任)?公司$/, '公司'],
  [/(?:人民)?政府$/, ''],
  [/办事处$/, ''],
  [/[和与、]/g, ''],
];

const shorten = (name: string) => short.reduce((text, [long, word]) => text.replace(long, word), name);

/** The ways in which a name may be written: with and without the city's name or “市” before it, long and short. */
function formsOf(name: string, city: string): string[] {
  const bare = name.replace(/\s/g, '');
  const starts = [bare];
  for (const prefix of [city, city.slice(-1)]) if (bare.startsWith(prefix)) starts.push(bare.slice(prefix.length));
  return [...new Set(starts.flatMap((form) => [form, shorten(form)]))].filter((form) => form.length > 1);
}

export function buildUnitFinder({ data, units }: Catalog): FindUnit {
  const city = data.divisions.find(({ kind }) => kind === 'city')?.name ?? '市';
  const known = new Map<string, Unit | null>();
  const note = (name: string, unit: Unit) => {
    const other = known.get(name);
    known.set(name, other === undefined || other === unit ? unit : null);
  };
  for (const unit of data.units)
    for (const name of [unit.name, ...unit.aliases]) for (const form of formsOf(name, city)) note(form, unit);
  // What is written just so is meant, whatever else it could be short for.
  for (const unit of data.units) for (const name of [...unit.aliases, unit.name]) known.set(name, unit);
  const districts = data.units.filter(({ kind }) => kind === 'district');
  const byForms = (name: string) =>
    formsOf(name, city)
      .map((form) => known.get(form))
      .find((unit) => unit) ?? null;
  return (name) => {
    const unit = units.get(name) ?? byForms(name);
    if (unit !== null) return { unit: unit.code, district: unit.kind === 'district' ? unit.code : null };
    const [form = ''] = formsOf(name, city).slice(-1);
    const district = districts.find((one) => one.aliases.some((alias) => alias.length > 2 && form.startsWith(alias)));
    return district === undefined ? null : { unit: null, district: district.code };
  };
}

/** One letter judged. */
export interface LedLetter {
  id: string;
  lead: Unit | null;
  status: 'dispatch' | 'triage';
  /** By each answering unit's name; null where the catalog does not know it. */
  answering: readonly (Answering | null)[];
}

interface Share {
  n: number;
  strict: number | null;
  lenient: number | null;
}

/** What is printed. Rates are fractions rounded to 4 decimals, null of nothing; ids and codes only. */
export interface LeadFigures extends Share {
  rule: { strict: string; lenient: string };
  skipped: Record<'unknownUnit', number>;
  /** Without the letters of the unit that answered most of them. */
  withoutLargest: Share & { unit: string };
  byUnit: (Share & { unit: string })[];
  triage: { n: number; share: number | null };
  dispatched: Share;
  /** Letters that are not even leniently right. */
  errors: { id: string; units: string[]; lead: string | null; status: string }[];
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000);
const nameOf = ({ unit, district }: Answering) => unit ?? `${district}*`;

function isStrict({ lead, answering }: LedLetter): boolean {
  return lead !== null && answering.some((one) => one?.unit === lead.code);
}

/** The unit itself, or within the district that answered, or the district of the street that answered. */
function isLenient(letter: LedLetter, units: ReadonlyMap<string, Unit>): boolean {
  const { lead, answering } = letter;
  if (lead === null) return false;
  if (isStrict(letter)) return true;
  return answering.some((one) => {
    if (one === null) return false;
    if (one.district !== null) return lead.code === one.district || lead.parent === one.district;
    return units.get(one.unit ?? '')?.parent === lead.code;
  });
}

export function measureLeads(letters: readonly LedLetter[], units: ReadonlyMap<string, Unit>): LeadFigures {
  const counted = letters.filter(({ answering }) => answering.some((one) => one !== null));
  const share = (some: readonly LedLetter[]): Share => ({
    n: some.length,
    strict: ratio(some.filter(isStrict).length, some.length),
    lenient: ratio(some.filter((one) => isLenient(one, units)).length, some.length),
  });
  const groups = new Map<string, LedLetter[]>();
  for (const letter of counted) {
    for (const one of new Set(letter.answering.flatMap((answer) => (answer === null ? [] : [nameOf(answer)])))) {
      groups.set(one, [...(groups.get(one) ?? []), letter]);
    }
  }
  const byUnit = [...groups]
    .map(([unit, some]) => ({ unit, ...share(some) }))
    .toSorted((a, b) => b.n - a.n || (a.unit < b.unit ? -1 : 1));
  const largest = byUnit[0]?.unit ?? '';
  const rest = counted.filter((letter) => !(groups.get(largest) ?? []).includes(letter));
  const dispatched = counted.filter(({ status }) => status === 'dispatch');
  return {
    ...share(counted),
    rule: {
      strict: '主办就是答复的单位之一',
      lenient: '或答复的是区或区的部门，主办是这个区或它的街道（乡镇）；或答复的是街道（乡镇），主办是它的区',
    },
    skipped: { unknownUnit: letters.length - counted.length },
    withoutLargest: { unit: largest, ...share(rest) },
    byUnit,
    triage: { n: counted.length - dispatched.length, share: ratio(counted.length - dispatched.length, counted.length) },
    dispatched: share(dispatched),
    errors: counted
      .filter((one) => !isLenient(one, units))
      .map(({ id, lead, status, answering }) => ({
        id,
        units: answering.flatMap((one) => (one === null ? [] : [nameOf(one)])),
        lead: lead?.code ?? null,
        status,
      })),
  };
}
