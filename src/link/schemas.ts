/** Shapes of links between complaints. */
import { type Static, Type } from 'typebox';
import { Instant, oneOf, plainText, ref } from '../http/schemas.ts';
import { complaintStates } from '../intake/schemas.ts';
import { linkKinds, relations } from './kinds.ts';

const kind = oneOf(linkKinds, { description: '重复、群体、并单' });
const other = Type.String({ pattern: '^[0-9]{15,20}$', description: '另一件诉求的编号' });

export const LinkView = Type.Object(
  {
    number: other,
    kind,
    relation: oneOf(relations, {
      description: '另一件是：较早的、较晚的（重复），主单、并入的（并单），群首、成员（群体，列出全群）',
    }),
    since: Instant,
  },
  { $id: 'Link' },
);
export type LinkView = Static<typeof LinkView>;

export const LinkedComplaint = Type.Object(
  { number: Type.String(), status: oneOf(complaintStates), links: Type.Array(ref(LinkView)) },
  { $id: 'LinkedComplaint' },
);
export type LinkedComplaint = Static<typeof LinkedComplaint>;

export const LinkRequest = Type.Object(
  { to: other, kind, reason: Type.Optional(plainText(500)) },
  { additionalProperties: false },
);
export type LinkRequest = Static<typeof LinkRequest>;

export const UnlinkRequest = Type.Object(
  {
    to: other,
    kind: Type.Optional(oneOf(linkKinds, { description: '两件之间有几种关联时必须指明' })),
    reason: plainText(500),
  },
  { additionalProperties: false },
);
export type UnlinkRequest = Static<typeof UnlinkRequest>;
