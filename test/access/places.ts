/** The places of the matrix: a street, its neighbour, a street of another district, nobody's; each with things of every kind. */
import { randomBytes } from 'node:crypto';
import { file, upload } from '../attachment/form.ts';
import { type Answer, type Caller, complaint } from '../helper.ts';
import { done, type Life } from '../life.ts';
import { jpeg } from '../media/samples.ts';

export const whereabouts = ['own', 'neighbour', 'elsewhere', 'nobody'] as const;
export type Where = (typeof whereabouts)[number];

/** Whose the things of a place are: 望京 and another street of 朝阳, a street of 东城. */
export const streetOf = { own: '110105026', neighbour: '110105001', elsewhere: '110101001' } as const;

/** No row has it. */
export const unknown = '99999999999999';

/** What stands in a place, by the names that calls ask for. */
export type Thing =
  | 'unit'
  | 'number'
  | 'code'
  | 'order'
  | 'event'
  | 'attachment'
  | 'callback'
  | 'exclusion'
  | 'article'
  | 'webhook'
  | 'alarm'
  | 'user'
  | 'token'
  | 'other';
export type Place = Record<Thing, string>;

const text = (street: string) => `第${street}号反映：电梯把人困住了，请尽快来人。`;
const lift = (street: string) => complaint({ text: text(street), matter: 'M05.06.02', level: undefined, street });

/** The id that a request was answered with; says what went wrong otherwise. */
function idOf({ status, body, text }: Answer): string {
  if (status >= 300) throw new Error(`${status} ${text}`);
  return body.id;
}

const leadOf = (answer: Answer, unit: string): string => {
  const orders: { id: string; unit: { code: string } }[] = answer.body.orders ?? [];
  return orders.find((one) => one.unit.code === unit)?.id ?? unknown;
};

/** What a place has besides its orders. */
async function others(life: Life, manager: Caller, number: string, unit: string) {
  const assessor = await life.as('assessor');
  const struck = { number, kind: 'strike', scope: 'none', reason: '不属于考核范围' };
  const about = { title: `${unit} 的电梯`, text: '请联系物业。', reason: '常见', unit };
  return {
    exclusion: idOf(await assessor.post('/assessment/exclusions', struck)),
    article: idOf(await manager.post('/knowledge', about)),
    webhook: idOf(await manager.post('/webhooks', { url: 'http://127.0.0.1:9/hook' })),
  };
}

/** Things of a street: an order signed, with a file; a complaint that waits for its call-back; and so on. */
async function fill(
  life: Life,
  filer: Caller,
  unit: string,
  shared: Pick<Place, 'user' | 'token' | 'alarm'>,
): Promise<Place> {
  const [handler, manager] = [await life.of('handler', unit), await life.of('manager', unit)];
  const filed = await filer.post('/complaints', lift(unit));
  const { number, code } = filed.body;
  const order = leadOf(filed, unit);
  await life.act(handler, order, 'sign');
  await life.act(handler, order, 'contact', { way: 'phone' });
  const events: { id: string; action: string }[] = (await life.order(order)).events;
  const event = events.find(({ action }) => action === 'contact')?.id ?? unknown;
  const photo = file(jpeg(Buffer.from('picture'), Buffer.from('told')), 'a.jpg');
  const attachment = idOf(await upload(handler, `/orders/${order}/attachments`, photo));
  const second = await life.operator.post('/complaints', lift(unit));
  const replied = leadOf(second, unit);
  for (const [action, body] of [['sign'], ['contact', { way: 'phone' }], ['reply', done]] as const)
    await life.act(handler, replied, action, body);
  const due: { id: string; number: string }[] = (await life.agent.get('/callbacks?limit=500')).body.items;
  const callback = due.find((one) => one.number === second.body.number)?.id ?? unknown;
  const more = await others(life, manager, number, unit);
  return { ...shared, unit, number, code, order, event, attachment, callback, other: second.body.number, ...more };
}

/** Three complaints of power cuts in one community raise an alarm. */
async function alarm(life: Life): Promise<string> {
  for (const phone of ['19900000001', '19900000002', '19900000003'])
    await life.operator.post(
      '/complaints',
      complaint({
        text: '望京街道花家地西里社区停水了。',
        matter: 'M03.01.01',
        caller: { phone },
        street: streetOf.own,
      }),
    );
  const { items } = (await life.dispatcher.get('/groups')).body;
  return items[0]?.id ?? unknown;
}

/** All places; the complaint of the own one was filed by `filer`, a channel. */
export async function places(life: Life, filer: Caller): Promise<Record<Where, Place>> {
  const admin = await life.as('admin');
  const login = `p${randomBytes(4).toString('hex')}`;
  const user = idOf(await admin.post('/users', { login, name: '钱乙', role: 'operator' }));
  const token = idOf(await admin.post('/tokens', { role: 'operator', name: '窗口' }));
  const shared = { user, token };
  const own = await fill(life, filer, streetOf.own, { ...shared, alarm: await alarm(life) });
  const neighbour = await fill(life, life.operator, streetOf.neighbour, { ...shared, alarm: unknown });
  const elsewhere = await fill(life, life.operator, streetOf.elsewhere, { ...shared, alarm: unknown });
  const waiting = (await life.operator.post('/complaints', complaint({ text: '你好' }))).body;
  const nobody: Place = {
    ...shared,
    unit: 'BJ-SCJ',
    number: waiting.number,
    code: waiting.code,
    other: own.other,
    ...{ order: unknown, event: unknown, attachment: unknown, callback: unknown, exclusion: unknown },
    ...{ article: unknown, webhook: unknown, alarm: unknown },
  };
  return { own, neighbour, elsewhere, nobody };
}
