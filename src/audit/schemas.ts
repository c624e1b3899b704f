/** Shapes of the audit: a row with its link in the chain, and what verifying found. */
import { type Static, Type } from 'typebox';
import { Instant, nullable, oneOf, paging, plainText } from '../http/schemas.ts';
import { faults } from './chain.ts';

export const AuditQuery = Type.Object(
  {
    actor: Type.Optional(plainText(64, { description: '谁，如 operator#3' })),
    action: Type.Optional(plainText(64, { description: '做了什么，如 caller.unmask' })),
    target: Type.Optional(plainText(128, { description: '对什么，如 complaint:209911220000001' })),
    from: Type.Optional(Type.String({ format: 'date-time', description: '此刻起（含）' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: '此刻止（不含）' })),
    ...paging,
  },
  { additionalProperties: false },
);
export type AuditQuery = Static<typeof AuditQuery>;

export const AuditEntryView = Type.Object(
  {
    id: Type.String(),
    at: Instant,
    actor: Type.String(),
    action: Type.String(),
    target: nullable(Type.String()),
    detail: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
    seq: nullable(Type.Integer({ description: '在链上的序号；刚写入的还没有' })),
    previousHash: nullable(Type.String()),
    hash: nullable(Type.String()),
  },
  { $id: 'AuditEntry' },
);
export type AuditEntryView = Static<typeof AuditEntryView>;

const Finding = Type.Object({
  fault: oneOf(faults, {
    description: '改动、删除、外加、移动、缺环、与锚不符、与所记的不符',
  }),
  id: nullable(Type.String({ description: '审计的哪一条' })),
  says: Type.String(),
});

export const VerifyQuery = Type.Object(
  { head: Type.Optional(plainText(96, { description: '以前校验所答的 head，另处保存的；与现在的链比较' })) },
  { additionalProperties: false },
);

export const Verification = Type.Object(
  {
    equal: Type.Boolean({ description: '没有发现改动' }),
    links: Type.Integer({ description: '链的环数' }),
    pending: Type.Integer({ description: '刚写入、待上链的条数' }),
    anchors: Type.Integer(),
    head: nullable(Type.String({ description: '序号:哈希，请另处保存' })),
    last: nullable(Type.String({ description: '最后一环的时刻' })),
    count: Type.Integer({ description: '发现几处；至多列出一百处' }),
    findings: Type.Array(Finding),
  },
  { $id: 'AuditVerification' },
);
export type Verification = Static<typeof Verification>;
