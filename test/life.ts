/** The life of orders through the real service: everyone who takes part in it, and what they do, step by step. */
import { sql } from 'drizzle-orm';
import { type Answer, app, type Caller, complaint, refused, stored, type T, type TestApp } from './helper.ts';

/** 望京街道, where the complaints of the tests belong; two others; departments of the city. */
export const street = '110105026';
export const other = '110105001';
export const district = '110105';
export const city = 'BJ-SCJ';

export const done = { result: 'resolved', text: '已清运。' };
export const answered = { way: 'phone', reached: true, contacted: true, resolved: true, satisfaction: 'satisfied' };
export const unresolved = { ...answered, resolved: false, satisfaction: 'dissatisfied' };
export const duty = { reason: '不属于本街道', duty: '三定方案第二条' };

export interface Life extends TestApp {
  operator: Caller;
  dispatcher: Caller;
  handler: Caller;
  manager: Caller;
  agent: Caller;
  /** A caller of a unit, by role; the same token each time. */
  of(role: 'handler' | 'manager', unit: string): Promise<Caller>;
  /** Files a complaint: its number, and the id of its lead order. */
  file(level?: string, changes?: Parameters<typeof complaint>[0]): Promise<{ number: string; id: string }>;
  /** The same, and signed by the street. */
  signed(level?: string): Promise<{ number: string; id: string }>;
  /** An order or complaint as the dispatcher sees it. */
  order(id: string): Promise<Answer['body']>;
  complaint(number: string): Promise<Answer['body']>;
  act(caller: Caller, id: string, action: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  rule(id: string, body: object): Promise<Answer>;
  /** Answers the call-back that is due for a complaint. */
  callBack(number: string, attempt?: object): Promise<Answer>;
}

export async function life(t: T): Promise<Life> {
  return lifeOf(await app(t));
}

/** The same on a service that is there already. */
export async function lifeOf(service: TestApp): Promise<Life> {
  const { as } = service;
  const units = new Map<string, Caller>();
  const of = async (role: 'handler' | 'manager', unit: string) => {
    const known = units.get(`${role} ${unit}`) ?? (await as(role, unit));
    units.set(`${role} ${unit}`, known);
    return known;
  };
  const [operator, dispatcher, agent] = [await as('operator'), await as('dispatcher'), await as('callback')];
  const [handler, manager] = [await of('handler', street), await of('manager', street)];
  const file: Life['file'] = async (level = 'L3', changes = {}) => {
    const { body } = await operator.post('/complaints', complaint({ level, ...changes }));
    return { number: body.number, id: body.orders[0]?.id };
  };
  const act: Life['act'] = (caller, id, action, body, headers) => caller.post(`/orders/${id}/${action}`, body, headers);
  return {
    ...service,
    operator,
    dispatcher,
    handler,
    manager,
    agent,
    of,
    file,
    act,
    signed: async (level) => {
      const filed = await file(level);
      await act(handler, filed.id, 'sign');
      return filed;
    },
    order: async (id) => (await dispatcher.get(`/orders/${id}`)).body,
    complaint: async (number) => (await dispatcher.get(`/complaints/${number}`)).body,
    rule: (id, body) => dispatcher.post(`/orders/${id}/rulings`, { reason: '经核实', ...body }),
    callBack: async (number, attempt = answered) => {
      const items: { id: string; number: string }[] = (await agent.get('/callbacks?limit=500')).body.items;
      const found = items.find((one) => one.number === number);
      return agent.post(`/callbacks/${found?.id ?? '0'}/attempts`, attempt);
    },
  };
}

/** A request that is sent and refused, and leaves every table as it was. */
export async function inVain(
  t: T,
  { connection }: TestApp,
  what: string,
  send: () => Promise<Answer>,
  status: number,
  code: string,
  ...paths: string[]
): Promise<Answer> {
  const before = await stored(connection);
  const answer = await send();
  refused(t, what, answer, status, code, ...paths);
  t.same(await stored(connection), before, `${what}: nothing stored`);
  return answer;
}

/** Complaints that are handled or closed and have not exactly one lead that stands. */
export async function withoutOneLead({ connection: { db } }: TestApp): Promise<{ number: string; leads: number }[]> {
  const rows = await db.execute<{ number: string; leads: number }>(sql`
    select c.number, count(o.id)::int as leads from complaints c
    left join orders o on o.complaint_id = c.id and o.role = 'lead' and o.current
    where c.status in ('dispatched', 'replied', 'closed') group by c.id having count(o.id) <> 1`);
  return [...rows];
}
