/** The history of a complaint in sentences: who did what and why, made from the events alone. Pure. */
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { actionLabels, orderActions } from './lifecycle.ts';

/** An event as far as the reader may see it. */
export interface ToldEvent {
  action: string;
  orderId: number | null;
  toStatus: string | null;
  data: Record<string, unknown>;
}

type Data = Record<string, unknown>;
/** `unit`: the name of the unit whose order it is. */
type Tell = (data: Data, unit: string, catalog: Catalog) => string;

const channelLabels: Record<string, string> = {
  phone: '电话',
  web: '网站',
  app: '客户端',
  wechat: '微信',
  weibo: '微博',
  mail: '信件',
  transfer: '转办',
};
const wayLabels: Record<string, string> = {
  phone: '电话',
  visit: '上门',
  sms: '短信',
  app: '客户端',
  other: '其他方式',
};
/** Why a call-back reached nobody. */
const missLabels: Record<string, string> = {
  busy: '占线',
  noAnswer: '无人接听',
  wrongNumber: '空号或错号',
  unavailable: '关机或停机',
  refused: '拒绝回访',
  other: '其他原因',
};
const resultLabels: Record<string, string> = { resolved: '已解决', explained: '已解释', unresolved: '未解决' };
const roleLabels: Record<string, string> = { lead: '主办', co: '协办', whistle: '吹哨报到', sub: '社区办理' };
const clockLabels: Record<string, string> = {
  dispatch: '派单',
  sign: '签收',
  contact: '首次联系',
  reply: '办理',
  report: '报到',
  review: '挂账复核',
  callback: '回访',
};
const kindLabels: Record<string, string> = { repeat: '重复诉求', group: '群体诉求', merge: '并单' };
const exclusionLabels: Record<string, string> = { apply: '申请', review: '审核', appeal: '申诉', final: '复核' };
const stateWords: Record<string, string> = {
  dispatched: '已派单',
  triage: '待研判',
  answered: '直接答复',
  redirected: '引导法定途径',
  handover: '转交紧急渠道',
};

const text = (value: unknown) => (typeof value === 'string' ? value : '');
/** A part of a sentence, where there is something to say. */
const part = (before: string, value: unknown, after = '') =>
  text(value) === '' ? '' : `${before}${text(value)}${after}`;
const time = (value: unknown) =>
  text(value) === ''
    ? ''
    : shanghaiTime(new Date(text(value)))
        .slice(0, 16)
        .replace('T', ' ');
const named = (catalog: Catalog, code: unknown) => {
  const known = catalog.units.get(text(code)) ?? catalog.divisions.get(text(code));
  return known?.name ?? text(code);
};
const because = ({ reason }: Data) => part('，理由：', reason);
const label = (labels: Record<string, string>, code: unknown) => labels[text(code)] ?? text(code);

function dispatched(data: Data, _: string, catalog: Catalog): string {
  const to = text(data.community) === '' ? named(catalog, data.unit) : named(catalog, data.community);
  const role = part('（', label(roleLabels, data.role), '）');
  const round = typeof data.round === 'number' && data.round > 1 ? `，第 ${data.round} 轮办理` : '';
  return `派单给${to}${role}${round}${part('，时限 ', time(data.dueAt))}${because(data)}`;
}

const ruled = (what: string, more: Tell = () => ''): Tell => {
  return (data, unit, catalog) => `${what}${part('（', unit, '）')}${more(data, unit, catalog)}${because(data)}`;
};

const clock = (what: string): Tell => {
  return ({ clock: which, dueAt, reason }, unit) =>
    `${unit}${label(clockLabels, which)}${what}${part('，时限 ', time(dueAt))}${part('：', reason)}`;
};

const tellers: Record<string, Tell> = {
  file: ({ channel }) => `受理诉求${part('（', label(channelLabels, channel), '）')}`,
  triage: ruled('研判台派单'),
  redispatch: ruled('研判台改派'),
  dispatch: dispatched,
  sign: (_, unit) => `${unit}签收`,
  contact: ({ way, note }, unit) => `${unit}联系诉求人${part('（', label(wayLabels, way), '）')}${part('：', note)}`,
  reply: ({ result, text: words, basis }, unit) =>
    `${unit}办结${part('，', label(resultLabels, result))}${part('：', words)}${part('依据：', basis)}`,
  return: (data, unit, catalog) =>
    `${unit}申请退单${because(data)}${part('；职责依据：', data.duty)}${part('；建议改派', named(catalog, data.proposedUnit))}`,
  approveReturn: ruled('同意退单', ({ unit: to }, _, catalog) => part('，改派', named(catalog, to))),
  rejectReturn: ruled('驳回退单'),
  extend: (data, unit) => `${unit}申请延期${part('到 ', time(data.until))}${because(data)}`,
  approveExtension: ruled('同意延期', ({ dueAt }) => part('，时限改为 ', time(dueAt))),
  rejectExtension: ruled('驳回延期'),
  park: (data, unit) => `${unit}申请挂账（${text(data.kind)}）${part('，复核日期 ', data.reviewOn)}${because(data)}`,
  approvePark: ruled('同意挂账，办理时限暂停'),
  rejectPark: ruled('驳回挂账'),
  unpark: (data, unit) => `${unit}销账，恢复办理${part('，时限改为 ', time(data.dueAt))}${because(data)}`,
  whistle: (data, unit, catalog) => {
    const units = Array.isArray(data.units) ? data.units.map((code) => named(catalog, code)).join('、') : '';
    return `${unit}吹哨${part('：', units)}${because(data)}`;
  },
  report: ({ arrivedAt, text: words }, unit) =>
    `${unit}报到${part('，到场时间 ', time(arrivedAt))}${part('：', words)}`,
  confirm: ({ tookPart, note }, unit) =>
    `吹哨单位确认${unit}${tookPart === true ? '已参与处置' : '未参与处置'}${part('：', note)}`,
  delegate: (data, unit, catalog) =>
    `${unit}交办${named(catalog, data.community)}${part('（', data.cell, '）')}${because(data)}`,
  supervise: ruled('督办'),
  escalate: ruled('提级', ({ unit: to }, _, catalog) => part('，由', named(catalog, to), '主办')),
  reassign: ruled('改派', ({ unit: to }, _, catalog) => part('给', named(catalog, to))),
  correct: (data, unit) => `${unit}更正记录${because(data)}`,
  close: (data) => `结案${because(data)}`,
  reopen: ruled('重办', ({ unit: to }, _, catalog) => part('，由', named(catalog, to), '办理')),
  cancel: ruled('撤销诉求'),
  warn: clock('即将到期'),
  overdue: clock('超时'),
  remind: clock('催办'),
  link: ({ kind, number, reason }) =>
    `关联${part('（', label(kindLabels, kind), '）')}${part(' ', number)}${part('，理由：', reason)}`,
  unlink: ({ kind, number, reason }) =>
    `撤销关联${part('（', label(kindLabels, kind), '）')}${part(' ', number)}${part('，理由：', reason)}`,
  follow: ({ number }) => `所并入的诉求${part(' ', number)}已办结`,
  unsampled: () => '按抽样规则不回访',
  callback: ({ way, reached, valid, resolved, reason, at }) => {
    const who = way === 'public' ? '诉求人自行评价' : `回访诉求人${part('（补录，', time(at), '）')}`;
    if (valid === true) return `${who}，${resolved === true ? '已解决' : '未解决'}`;
    return `${who}，${reached === true ? '未作答' : '未接通'}${part('（', label(missLabels, reason), '）')}`;
  },
  exclusion: ({ step, kind, approve, reason }) =>
    `${label(exclusionLabels, step)}剔除（${text(kind)}）${approve === undefined ? '' : approve === true ? '，同意' : '，驳回'}${part('，理由：', reason)}`,
  amend: ({ period, reason }) => `更正考核期 ${text(period)}${part('，理由：', reason)}`,
};

/** The units of the orders of a history, by order. */
export function unitsOf(history: readonly ToldEvent[]): Map<number, string> {
  return new Map(
    history.flatMap(({ action, orderId, data }) =>
      action === 'dispatch' && orderId !== null ? [[orderId, text(data.unit)] as const] : [],
    ),
  );
}

/** One event as a Chinese sentence, without a full stop. `units` come from `unitsOf` the whole history. */
export function sentenceOf(event: ToldEvent, units: ReadonlyMap<number, string>, catalog: Catalog): string {
  const { action, orderId, toStatus, data } = event;
  const unit = orderId === null ? '' : named(catalog, units.get(orderId));
  const told = tellers[action]?.(data, unit, catalog) ?? actionLabel(action);
  return action === 'file' ? `${told}${part('，', stateWords[toStatus ?? ''])}` : told;
}

/** The Chinese word of an action of orders or complaints. */
export function actionLabel(action: string): string {
  const known = orderActions.find((one) => one === action);
  if (known !== undefined) return actionLabels[known];
  const others: Record<string, string> = {
    file: '受理',
    triage: '研判派单',
    redispatch: '改派',
    link: '关联',
    unlink: '撤销关联',
    follow: '随主办结',
    callback: '回访',
    unsampled: '抽样未抽中',
    exclusion: '剔除',
    amend: '考核更正',
  };
  return others[action] ?? action;
}
