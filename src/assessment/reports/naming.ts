/** What people call the keys of a report's rows. Pure. */
import { type Catalog, divisionOf, matterPath, unitOf } from '../../catalog/catalog.ts';
import { noKey } from '../../rollup/measures.ts';
import { channelNames, type Dimension, kindNames, noKeyNames } from './rates.ts';

/** What people call the key of a row; the key itself where the catalog no longer knows it. */
export function naming(catalog: Catalog, by: Dimension): (key: string) => string {
  const known: Record<Dimension, (key: string) => string | undefined> = {
    unit: (key) => unitOf(catalog, key)?.name,
    kind: (key) => kindNames.get(key),
    district: (key) => divisionOf(catalog, key)?.name,
    street: (key) => divisionOf(catalog, key)?.name,
    matter: (key) => matterPath(catalog.matters, key).join('—') || undefined,
    need: (key) => catalog.needs.get(key)?.name,
    channel: (key) => channelNames.get(key),
    type: (key) => catalog.types.get(key)?.name,
    level: (key) => catalog.levels.get(key)?.name,
    day: (key) => key,
  };
  return (key) => known[by](key) ?? (key === noKey ? noKeyNames[by] : undefined) ?? key;
}

/** What people call a reason for which a case is left out: a request type, or a kind of exclusion. */
export function reasonName({ types, data }: Catalog, code: string): string {
  return types.get(code)?.name ?? data.exclusions.find((kind) => kind.code === code)?.name ?? code;
}
