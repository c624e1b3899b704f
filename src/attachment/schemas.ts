/** Shapes of attachments. */
import { type Static, Type } from 'typebox';
import { Instant, listOf, nullable, plainText, ref } from '../http/schemas.ts';

export const AttachmentView = Type.Object(
  {
    id: Type.String(),
    order: nullable(Type.String({ description: '随哪张工单；空为随诉求' })),
    unit: nullable(Type.String({ description: '上传的单位；空为研判台、受理、回访或渠道' })),
    name: Type.String({ description: '清理过的文件名，扩展名与内容相符' }),
    type: Type.String({ description: '按内容认出的媒体类型' }),
    size: Type.Integer({ description: '字节数' }),
    sha256: Type.String({ description: '所存内容（已去掉元数据）的 SHA-256' }),
    note: nullable(Type.String()),
    at: Instant,
    by: Type.String(),
    withdrawn: nullable(
      Type.Object({ at: Instant, by: Type.String(), reason: Type.String() }, { description: '撤回以后不再提供内容' }),
    ),
  },
  { $id: 'Attachment' },
);
export type AttachmentView = Static<typeof AttachmentView>;

export const AttachmentList = listOf(ref(AttachmentView), 'AttachmentList');

/** The fields of the form beside its file, as they are validated. */
export const FormFields = Type.Object({ note: Type.Optional(plainText(500)) }, { additionalProperties: false });

/** The form as the documentation shows it. */
export const Form = Type.Object({
  file: Type.String({ format: 'binary' }),
  note: Type.Optional(Type.String({ maxLength: 500 })),
});

export const WithdrawRequest = Type.Object({ reason: plainText(500) }, { additionalProperties: false });
