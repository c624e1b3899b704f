/** What units send when they work on an order. `version` may be sent in place of If-Match. */
import { type Static, Type } from 'typebox';
import { Code, Instant, nullable, oneOf, plainText } from '../http/schemas.ts';

const version = Type.Optional(Type.Integer({ minimum: 1, description: '所据的工单版本；已被他人改动的答 409' }));
const reason = plainText(1000);
const Day = Type.String({ format: 'date', description: '日期，如 2026-12-31' });
const closed = { additionalProperties: false };

export const SignRequest = nullable(Type.Object({ version }, closed));

export const ContactRequest = Type.Object(
  {
    at: Type.Optional(Instant),
    way: oneOf(['phone', 'visit', 'sms', 'app', 'other']),
    note: Type.Optional(plainText(1000)),
    version,
  },
  closed,
);
export type ContactRequest = Static<typeof ContactRequest>;

export const ReplyRequest = Type.Object(
  {
    result: oneOf(['resolved', 'explained', 'unresolved'], { description: '已解决、已解释、未解决' }),
    text: plainText(5000),
    basis: Type.Optional(plainText(1000, { description: '政策或法律依据' })),
    version,
  },
  closed,
);
export type ReplyRequest = Static<typeof ReplyRequest>;

export const ReturnRequest = Type.Object(
  {
    reason,
    duty: plainText(1000, { description: '所依据的职责规定' }),
    proposedUnit: Type.Optional(Code),
    version,
  },
  closed,
);
export type ReturnRequest = Static<typeof ReturnRequest>;

export const ExtendRequest = Type.Object(
  {
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
    hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 8760 })),
    reason,
    version,
  },
  closed,
);
export type ExtendRequest = Static<typeof ExtendRequest>;

export const ParkRequest = Type.Object(
  { kind: plainText(50, { description: '挂账类别，如资金、政策、规划' }), reason, reviewOn: Day, version },
  closed,
);
export type ParkRequest = Static<typeof ParkRequest>;

export const UnparkRequest = nullable(Type.Object({ reason: Type.Optional(reason), version }, closed));
export type UnparkRequest = Static<typeof UnparkRequest>;

export const WhistleRequest = Type.Object(
  { units: Type.Array(Code, { minItems: 1, maxItems: 10 }), reason, version },
  closed,
);
export type WhistleRequest = Static<typeof WhistleRequest>;

export const ReportRequest = Type.Object({ arrivedAt: Instant, text: plainText(2000), version }, closed);
export type ReportRequest = Static<typeof ReportRequest>;

export const ConfirmRequest = Type.Object(
  {
    unit: Type.Unsafe<string>({ ...Code, description: '被吹哨单位' }),
    tookPart: Type.Boolean({ description: '是否参与处置' }),
    note: Type.Optional(plainText(1000)),
    version,
  },
  closed,
);
export type ConfirmRequest = Static<typeof ConfirmRequest>;

export const DelegateRequest = Type.Object(
  {
    community: Type.Unsafe<string>({ ...Code, description: '本街道的社区或村' }),
    cell: Type.Optional(plainText(50, { description: '网格' })),
    reason: Type.Optional(reason),
    version,
  },
  closed,
);
export type DelegateRequest = Static<typeof DelegateRequest>;

export const CorrectRequest = Type.Object(
  {
    event: Type.String({ pattern: '^[0-9]{1,15}$', description: '被更正的流转记录，联系或办结' }),
    changes: Type.Object(
      {
        at: Type.Optional(Instant),
        way: Type.Optional(oneOf(['phone', 'visit', 'sms', 'app', 'other'])),
        note: Type.Optional(plainText(1000)),
        result: Type.Optional(oneOf(['resolved', 'explained', 'unresolved'])),
        text: Type.Optional(plainText(5000)),
        basis: Type.Optional(plainText(1000)),
      },
      { additionalProperties: false, minProperties: 1 },
    ),
    reason,
    version,
  },
  closed,
);
export type CorrectRequest = Static<typeof CorrectRequest>;
