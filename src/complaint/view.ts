/** A complaint as lists and its own page show it to a role. Pure. */
import type { Role } from '../access/roles.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { divisionRef, matterPath, unitOf } from '../catalog/catalog.ts';
import { stateOf } from '../intake/filing.ts';
import { channels } from '../intake/schemas.ts';
import { viewAddress, viewText, type World } from '../workorder/view.ts';
import type { ComplaintSummary } from './schemas.ts';
import type { ComplaintRow } from './store.ts';

/** `lead`: the code of the unit that leads it now. */
export function summary(
  row: ComplaintRow,
  lead: string | null,
  role: Role,
  { catalog, vault }: World,
): ComplaintSummary {
  const shown = (words: string) => viewText(words, role);
  const place = (code: string | null) => divisionRef(catalog, code);
  const { number, title, text, externalNumber, type, matter, level } = row;
  return {
    number,
    status: stateOf(row.status),
    channel: channels.find((channel) => channel === row.channel) ?? 'transfer',
    title: title && shown(title),
    text: shown(text),
    address: viewAddress(row, role, vault),
    receivedAt: shanghaiTime(row.receivedAt),
    closedAt: row.closedAt && shanghaiTime(row.closedAt),
    externalNumber,
    type,
    need: { code: row.need, name: catalog.needs.get(row.need)?.name ?? row.need },
    matter: matter === null ? null : { code: matter, path: matterPath(catalog.matters, matter) },
    level,
    district: place(row.district),
    street: place(row.street),
    community: place(row.community),
    lead: lead === null ? null : { code: lead, name: unitOf(catalog, lead)?.name ?? lead },
  };
}
