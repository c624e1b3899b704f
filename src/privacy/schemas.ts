/** Shapes of unmasking a caller. */
import { type Static, Type } from 'typebox';
import { nullable, plainText } from '../http/schemas.ts';

export const UnmaskRequest = Type.Object(
  { reason: plainText(200, { description: '为什么要看，记入审计' }) },
  { additionalProperties: false },
);

export const UnmaskedCaller = Type.Object(
  {
    number: Type.String(),
    name: nullable(Type.String()),
    phone: nullable(Type.String()),
    text: Type.String({ description: '诉求内容，其中的号码不脱敏' }),
    address: nullable(Type.String()),
  },
  { $id: 'UnmaskedCaller' },
);
export type UnmaskedCaller = Static<typeof UnmaskedCaller>;
