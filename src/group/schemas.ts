/** Shapes of group alarms. */
import { type Static, Type } from 'typebox';
import { alarmScopes } from '../catalog/types.ts';
import { Instant, listOf, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';

export const groupStates = ['open', 'closed'] as const;

export const GroupAlarm = Type.Object(
  {
    id: Type.String(),
    status: oneOf(groupStates, {
      description: 'open：还在时间窗内，新的同类诉求会加入；closed：时间窗已过，或由人关闭',
    }),
    rule: Type.String({ description: '触发的规则（seeds/alarms.csv）' }),
    matter: Type.Object({ code: Type.String(), path: Type.Array(Type.String()) }),
    scope: oneOf(alarmScopes),
    place: Type.Object({ code: Type.String(), name: Type.String() }),
    since: { ...Instant, description: '其中最早一件的受理时间' },
    raisedAt: Instant,
    until: { ...Instant, description: '时间窗止（不含）' },
    count: Type.Integer({ description: '诉求件数' }),
    callers: Type.Integer({ description: '不同来电号码数；没有留号码的不计' }),
    closed: nullable(
      Type.Object(
        { at: Instant, actor: Type.String(), reason: Type.String() },
        { description: '由人关闭的：何时、谁、为什么' },
      ),
    ),
    numbers: Type.Array(Type.String(), { description: '其中调用者看得见的诉求编号，早的在前' }),
  },
  { $id: 'GroupAlarm' },
);
export type GroupAlarm = Static<typeof GroupAlarm>;

export const GroupList = listOf(ref(GroupAlarm), 'GroupList');
export type GroupList = Static<typeof GroupList>;

export const GroupQuery = Type.Object(
  { status: Type.Optional(oneOf(groupStates, { default: 'open' })), ...paging },
  { additionalProperties: false },
);
export type GroupQuery = Static<typeof GroupQuery>;

export const CloseGroup = Type.Object({ reason: plainText(500) }, { additionalProperties: false });
export type CloseGroup = Static<typeof CloseGroup>;
