/** What must hold of a request beyond its shape, before the lifecycle is asked. Pure; each throws nothing but names fields. */
import { addMinutes, preciseTime, shanghaiDate } from '../catalog/calendar.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { FieldError } from '../http/validation.ts';
import { extend, replyMinutes } from '../workorder/deadline.ts';
import { levelOf } from '../workorder/facts.ts';
import type { Order } from '../workorder/order.ts';
import type { ConfirmRequest, CorrectRequest, DelegateRequest, ExtendRequest, WhistleRequest } from './schemas.ts';

/** An instant that the unit states of what it did: neither in the future nor before the order came to it. */
export function instantFault(path: string, at: Date, { dispatchedAt }: Order, now: Date): FieldError[] {
  if (at > now) return [{ path, message: '不能是将来的时间' }];
  return at < dispatchedAt ? [{ path, message: '不能早于派单时间' }] : [];
}

const minutesPerDay = 1440;

/** The minutes asked for, or what is wrong with them: days or hours, and at most the level's own length. */
export function extensionOf(
  { days, hours }: ExtendRequest,
  order: Order,
  catalog: Catalog,
): { minutes: number; until: string } | FieldError {
  if ((days === undefined) === (hours === undefined)) return { path: 'days', message: 'days 与 hours 须填且只填一个' };
  const level = levelOf(catalog, order.level);
  const minutes = days === undefined ? (hours ?? 0) * 60 : days * minutesPerDay;
  const path = days === undefined ? 'hours' : 'days';
  const most = replyMinutes(level);
  if (minutes > most) {
    const longest = level.replyUnit === 'hour' ? `${level.replyAmount} 小时` : `${level.replyAmount} 天`;
    return { path, message: `延期不能超过本级别的办理时限（${longest}）` };
  }
  return { minutes, until: preciseTime(extend(level, catalog.calendar, order.dueAt, minutes)) };
}

/** A day of review lies after today: one that has come is no review to wait for. */
export function reviewFault(reviewOn: string, now: Date): FieldError[] {
  return reviewOn > shanghaiDate(now) ? [] : [{ path: 'reviewOn', message: '复核日期应在今天之后' }];
}

/** The units called: known, none twice, not the own one, none that has been called and has not come yet. */
export function whistleFaults(
  { units }: WhistleRequest,
  order: Order,
  waiting: ReadonlySet<string>,
  catalog: Catalog,
): FieldError[] {
  return units.flatMap((unit, index): FieldError[] => {
    const path = `units.${index}`;
    if (!catalog.units.has(unit)) return [{ path, message: `没有单位 ${unit}` }];
    if (unit === order.unit) return [{ path, message: '不能向本单位吹哨' }];
    if (units.indexOf(unit) !== index) return [{ path, message: '单位重复' }];
    return waiting.has(unit) ? [{ path, message: '已向该单位吹哨，尚未报到' }] : [];
  });
}

/** The community lies in the street of the order's unit. */
export function communityFault({ community }: DelegateRequest, order: Order, catalog: Catalog): FieldError[] {
  const division = catalog.divisions.get(community);
  const street = catalog.units.get(order.unit)?.division;
  if (division === undefined || division.kind !== 'community') {
    return [{ path: 'community', message: `没有社区或村 ${community}` }];
  }
  return division.parent === street ? [] : [{ path: 'community', message: `${division.name}不属于本街道` }];
}

/** What of an entry may be put right, by the action of its event. */
const correctable: Record<string, readonly string[]> = {
  contact: ['at', 'way', 'note'],
  reply: ['result', 'text', 'basis'],
};

/** Fields that the entry does not have, and an instant that cannot be. */
export function correctionFaults({ changes }: CorrectRequest, action: string, order: Order, now: Date): FieldError[] {
  const fields = correctable[action] ?? [];
  const foreign = Object.keys(changes).flatMap((name) =>
    fields.includes(name) ? [] : [{ path: `changes.${name}`, message: '这条记录没有此项' }],
  );
  const at = changes.at === undefined ? [] : instantFault('changes.at', new Date(changes.at), order, now);
  return [...foreign, ...at];
}

/** The task of a called unit, as the one that called it names it. */
export function calledBy<T extends { order: Order }>(children: readonly T[], { unit }: ConfirmRequest): T | undefined {
  return children.find(({ order }) => order.role === 'whistle' && order.unit === unit && order.tookPart === null);
}

/** When a unit called by a whistle is due. */
export function reportDue(catalog: Catalog, now: Date): Date {
  return addMinutes(now, catalog.handling.reportMinutes);
}
