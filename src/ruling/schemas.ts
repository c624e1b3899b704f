/** What the dispatch desk decides about orders and whole complaints. */
import { type Static, Type } from 'typebox';
import { Code, listOf, oneOf, paging, plainText, ref } from '../http/schemas.ts';
import { requestKinds } from '../workorder/order.ts';
import { OrderView } from '../workorder/schemas.ts';

const version = Type.Optional(Type.Integer({ minimum: 1, description: '所据的工单版本；已被他人改动的答 409' }));
const reason = plainText(1000);
const closed = { additionalProperties: false };

export const RulingRequest = Type.Object(
  {
    on: oneOf(requestKinds, { description: '退单、延期、挂账' }),
    approve: Type.Boolean(),
    unit: Type.Optional(Type.Unsafe<string>({ ...Code, description: '同意退单时改派给谁；不填用申请中建议的单位' })),
    reason,
    version,
  },
  closed,
);
export type RulingRequest = Static<typeof RulingRequest>;

export const SuperviseRequest = Type.Object({ reason, version }, closed);
export type SuperviseRequest = Static<typeof SuperviseRequest>;

export const EscalateRequest = Type.Object(
  {
    reason,
    unit: Type.Optional(
      Type.Unsafe<string>({ ...Code, description: '由哪个单位主办；不填为上一级单位，没有上一级的须填' }),
    ),
    version,
  },
  closed,
);
export type EscalateRequest = Static<typeof EscalateRequest>;

export const CancelRequest = Type.Object({ reason }, closed);
export type CancelRequest = Static<typeof CancelRequest>;

export const ReopenRequest = Type.Object(
  { reason, unit: Type.Optional(Type.Unsafe<string>({ ...Code, description: '改由谁主办；不填仍由原主办单位' })) },
  closed,
);
export type ReopenRequest = Static<typeof ReopenRequest>;

export const RulingQuery = Type.Object({ on: Type.Optional(oneOf(requestKinds)), ...paging }, closed);
export type RulingQuery = Static<typeof RulingQuery>;

export const RulingList = listOf(ref(OrderView), 'RulingList');

/** What has become of a complaint that the desk has decided on as a whole. */
export const ComplaintState = Type.Object(
  { number: Type.String(), status: Type.String(), orders: Type.Array(ref(OrderView)) },
  { $id: 'ComplaintState' },
);
export type ComplaintState = Static<typeof ComplaintState>;
