/** Shapes of the triage desk's list: what waits, with everything a person needs in order to decide. */
import { type Static, Type } from 'typebox';
import { UnitRef } from '../catalog/schemas.ts';
import { Code, Instant, nullable, oneOf, paging, ref } from '../http/schemas.ts';
import { Judgement } from '../intake/judgement.ts';
import { channels, SimilarComplaint } from '../intake/schemas.ts';
import { CallerView } from '../workorder/schemas.ts';

const { need, matter, place, type, dispatch } = Judgement.properties;

export const TriageRow = Type.Object(
  {
    number: Type.String(),
    channel: oneOf(channels),
    level: Type.String(),
    levelReason: Type.String({ description: '级别的理由' }),
    title: nullable(Type.String()),
    text: Type.String(),
    address: nullable(Type.String()),
    receivedAt: Instant,
    dispatchDueAt: { ...Instant, description: '派单时限：受理时间加级别的派单分钟数' },
    waitedMinutes: Type.Integer({ minimum: 0, description: '受理以来的分钟数' }),
    overdue: Type.Boolean({ description: '已过派单时限' }),
    wantsCallback: Type.Boolean(),
    caller: nullable(CallerView),
    suggestion: Type.Object(
      {
        matter: { ...matter, description: '最可能的事项，alternatives 只列前两个' },
        need,
        type,
        place,
        lead: dispatch.properties.lead,
        co: Type.Array(UnitRef),
        rule: dispatch.properties.rule,
        reason: Type.String({ description: '建议的依据，以及为什么没有自动派单' }),
      },
      { description: '机器的建议；登记人自己定了的，以登记人的为准' },
    ),
    similar: Type.Array(SimilarComplaint),
  },
  { $id: 'TriageRow' },
);
export type TriageRow = Static<typeof TriageRow>;

export const TriageList = Type.Object(
  {
    items: Type.Array(ref(TriageRow)),
    next: nullable(Type.String()),
    counts: Type.Array(
      Type.Object({
        level: Type.String(),
        name: Type.String(),
        waiting: Type.Integer({ minimum: 0 }),
        overdue: Type.Integer({ minimum: 0 }),
      }),
      { description: '各级别待研判数和其中已过派单时限的；按区、渠道筛选，不按级别' },
    ),
  },
  { $id: 'TriageList' },
);
export type TriageList = Static<typeof TriageList>;

export const TriageQuery = Type.Object(
  {
    level: Type.Optional(Code),
    district: Type.Optional(Code),
    channel: Type.Optional(oneOf(channels)),
    ...paging,
  },
  { additionalProperties: false },
);
export type TriageQuery = Static<typeof TriageQuery>;
