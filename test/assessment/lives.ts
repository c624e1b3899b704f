/** Cases told step by step, each step at its own time, through the real service. */

import type { Caller, T } from '../helper.ts';
import { answered, type Life, life, unresolved } from '../life.ts';

export const wangjing = '110105026';
export const maizidian = '110105012';
export const jianwai = '110105001';
export const chaoyang = '110105';

export const yes = answered;
export const basic = { ...answered, satisfaction: 'basic' };
export const no = unresolved;
export const silent = { ...answered, contacted: false };
export const poor = { ...answered, satisfaction: 'dissatisfied' };
export const unreached = { way: 'phone', reached: false };

export interface Told {
  number: string;
  at(time: string): Told;
  reply(): Promise<Told>;
  call(attempt?: object): Promise<Told>;
  dispatch(lead: string): Promise<Told>;
}

export interface World extends Life {
  /** Two assessors, and a third: different persons. */
  one: Caller;
  two: Caller;
  three: Caller;
  analyst: Caller;
  /** Sets the clock: `10-19T00:00` of 2026, Beijing time. */
  time(text: string): void;
  tell(received: string, street?: string, changes?: object): Promise<Told>;
  /** Applies for an exclusion and has it ruled on; answers its id. */
  strike(number: string, scope: string, approve: boolean | null, kind?: string): Promise<string>;
}

export function instant(text: string): Date {
  const [date = '', clock = '12:00'] = text.split('T');
  const time = clock.length === 5 ? `${clock}:00` : clock;
  return new Date(`${date.length === 5 ? `2026-${date}` : date}T${time}+08:00`);
}

export async function world(t: T): Promise<World> {
  const base = await life(t);
  const { as, clock, operator, dispatcher, of, act, callBack } = base;
  clock.now = instant('10-01');
  const [one, two] = [await as('assessor', undefined, '考评甲'), await as('assessor', undefined, '考评乙')];
  const three = await as('assessor', undefined, '考评丙');
  const time = (text: string) => {
    clock.now = instant(text);
  };
  const lead = async (number: string) => {
    const { orders } = await base.complaint(number);
    return orders.find((order: { role: string; current: boolean }) => order.role === 'lead' && order.current);
  };
  const told = (number: string): Told => {
    const self: Told = {
      number,
      at(text) {
        time(text);
        return self;
      },
      async reply() {
        const { id, unit } = await lead(number);
        const handler = await of('handler', unit.code);
        await act(handler, id, 'sign');
        const { status, text } = await act(handler, id, 'reply', { result: 'resolved', text: '已处理。' });
        if (status >= 300) throw new Error(text);
        return self;
      },
      async call(attempt = yes) {
        const { status, text } = await callBack(number, attempt);
        if (status >= 300) throw new Error(text);
        return self;
      },
      async dispatch(to) {
        const { status, text } = await dispatcher.post(`/complaints/${number}/dispatch`, { lead: to, reason: '核实' });
        if (status >= 300) throw new Error(text);
        return self;
      },
    };
    return self;
  };
  return {
    ...base,
    one,
    two,
    three,
    analyst: await as('analyst'),
    time,
    async tell(received, street = wangjing, changes = {}) {
      time(received);
      const body = {
        channel: 'phone',
        text: '物业公司长期不清运垃圾，物业服务差',
        street,
        type: 'complain',
        matter: 'M05.03.02',
        ...changes,
      };
      const answer = await operator.post('/complaints', body);
      if (answer.status >= 300) throw new Error(answer.text);
      return told(answer.body.number);
    },
    async strike(number, scope, approve, kind = 'strike') {
      const { body } = await one.post('/assessment/exclusions', { number, kind, scope, reason: '不属于受理范围' });
      if (approve !== null) await two.post(`/assessment/exclusions/${body.id}/review`, { approve, reason: '经核实' });
      return body.id;
    },
  };
}
