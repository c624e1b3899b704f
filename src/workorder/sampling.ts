/** Which replied complaints are called back: a share by rule, decided by nothing but seed, number and rule. Pure. */
import { addMinutes } from '../catalog/calendar.ts';
import { type CallbackRule, callbackRuleOf } from '../catalog/callback-rules.ts';
import type { Catalog } from '../catalog/catalog.ts';

/** 待回访, 已回访, 未能联系上, 抽样未抽中. */
export const callbackStates = ['due', 'done', 'unreached', 'unsampled'] as const;
export type CallbackState = (typeof callbackStates)[number];

/** The rule for calling back an order. */
export function ruleOf(catalog: Catalog, { level, unit }: { level: string; unit: string }): CallbackRule {
  return callbackRuleOf(catalog.data.callbacks, level, unit);
}

/** FNV-1a over the UTF-16 units, with a finish that spreads what differs only at the end. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The lot of a complaint, 0–9,999: the same today and in a recount years later. */
export function lotOf({ seed, code }: CallbackRule, number: string): number {
  return Math.floor((hash(`${seed}\u0000${code}\u0000${number}`) / 2 ** 32) * 10_000);
}

/** Whether a complaint is called back under a rule. */
export function isSampled(rule: CallbackRule, number: string): boolean {
  return lotOf(rule, number) < rule.share;
}

/** A complaint that a reply settles. */
export interface Settled {
  id: number;
  number: string;
  wantsCallback: boolean;
}

/**
 * What the reply of an order makes of a complaint, its own or one that was merged into it: its state, its task of calling back
 * (also where the lot has spared it, so that reports can say so), and what the history says beside the reply.
 */
export function settledBy(
  catalog: Catalog,
  { id: orderId, complaintId: leadId, number: leadNumber, order }: SettlingOrder,
  { id: complaintId, number, wantsCallback }: Settled,
  now: Date,
  actor: string,
) {
  const rule = ruleOf(catalog, order);
  const sampled = isSampled(rule, number);
  const toStatus = wantsCallback && sampled ? ('replied' as const) : ('closed' as const);
  const event = { complaintId, at: now, actor };
  const callback = {
    complaintId,
    orderId,
    status: sampled ? ('due' as const) : ('unsampled' as const),
    rule: rule.code,
    sampled,
    repliedAt: now,
    dueAt: addMinutes(now, catalog.assessment.callbackDueHours * 60),
    rankAt: addMinutes(now, -rule.headStartMinutes),
    nextAt: now,
    attempts: 0,
  };
  const follow = { ...event, action: 'follow', fromStatus: 'merged', toStatus, data: { number: leadNumber } };
  const spared = { ...event, actor: 'system', action: 'unsampled', data: { rule: rule.code, share: rule.share } };
  return {
    toStatus,
    callback: wantsCallback ? callback : null,
    events: [...(complaintId === leadId ? [] : [follow]), ...(wantsCallback && !sampled ? [spared] : [])],
  };
}

interface SettlingOrder {
  id: number;
  complaintId: number;
  number: string;
  order: { level: string; unit: string };
}
