/**
 * The history of a complaint as its caller is told it: what happened, which unit, which limit, and no words of anybody. Pure.
 * Notes, reasons and names stay with the service (`workorder/sentences.ts` tells them to those who work here).
 */
import { shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, unitRef } from '../catalog/catalog.ts';

/** An event as it is stored. */
export interface StoredEvent {
  at: Date;
  action: string;
  orderId: number | null;
  toStatus: string | null;
  data: Record<string, unknown>;
}

type Tell = (event: StoredEvent, unit: string) => string;

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const limit = ({ data: { dueAt } }: StoredEvent, before: string) =>
  text(dueAt) === ''
    ? ''
    : `，${before}${shanghaiTime(new Date(text(dueAt)))
        .slice(0, 16)
        .replace('T', ' ')}`;

const filed: Record<string, string> = {
  triage: '，正在研判由哪个单位办理',
  answered: '，已直接答复',
  redirected: '，请通过告知的法定途径办理',
  handover: '，已转交紧急渠道',
};

const states: Record<string, string> = {
  triage: '已受理，正在研判由哪个单位办理',
  dispatched: '正在办理',
  answered: '已直接答复',
  redirected: '已告知法定途径',
  handover: '已转交紧急渠道',
  replied: '已办结，等待回访或您的评价',
  merged: '与同一问题的诉求合并办理',
  closed: '已结案',
  cancelled: '已撤销',
};

/** What is told of the lead's order and of the complaint itself; other actions are not the caller's business. */
const tellers: Record<string, Tell> = {
  file: ({ toStatus }) => `您的诉求已受理${filed[toStatus ?? ''] ?? ''}`,
  dispatch: (event, unit) => `已派给${unit}办理${limit(event, '办理时限 ')}`,
  sign: (_, unit) => `${unit}已签收`,
  contact: (_, unit) => `${unit}登记已与您联系`,
  reply: (_, unit) => `${unit}已办结并答复`,
  approveExtension: (event) => `经审核，办理时限延长${limit(event, '到 ')}`.replace('，到', '到'),
  approvePark: () => '经审核，暂时不能办成的，已挂账，条件具备时恢复办理',
  unpark: (event) => `已恢复办理${limit(event, '办理时限 ')}`,
  reopen: () => '您的诉求将再次办理',
  merge: () => '与同一问题的诉求合并办理',
  unmerge: () => '恢复单独办理',
  follow: () => '合并办理的诉求已办结并答复',
  callback: ({ data: { way, valid } }) => {
    if (way === 'public') return '您已评价';
    return valid === true ? '已回访您' : '回访未能联系上您';
  },
  close: () => '您的诉求已结案',
  cancel: () => '您的诉求已撤销',
};

export function stateSentence(status: string): string {
  return states[status] ?? '正在办理';
}

/** The sentences of a history, in order. */
export function progressOf(history: readonly StoredEvent[], catalog: Catalog): { at: string; sentence: string }[] {
  const leads = new Map(
    history.flatMap(({ action, orderId, data }) =>
      action === 'dispatch' && data.role === 'lead' && orderId !== null
        ? [[orderId, unitRef(catalog, text(data.unit)).name] as const]
        : [],
    ),
  );
  return history.flatMap((event) => {
    const { action, orderId, at } = event;
    const unit = orderId === null ? '' : leads.get(orderId);
    const tell = tellers[action];
    return unit === undefined || tell === undefined ? [] : [{ at: shanghaiTime(at), sentence: tell(event, unit) }];
  });
}
