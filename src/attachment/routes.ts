/** Uploading, listing, downloading and withdrawing attachments. */
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { installUploads, readUpload } from '../http/multipart.ts';
import { IdParams, NumberParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import { kinds } from '../media/kinds.ts';
import { disposition } from './name.ts';
import { AttachmentList, AttachmentView, Form, WithdrawRequest } from './schemas.ts';
import { attach, findForDownload, maxBytes, type Place, readAttachmentsOf, withdraw } from './service.ts';

const tags = ['attachments'];

export function attachmentRoutes(app: Api, ctx: Context): void {
  for (const schema of [AttachmentView, AttachmentList]) app.addSchema(schema);
  app.register(async (scope) => {
    await installUploads(scope, maxBytes);
    uploadRoutes(scope.withTypeProvider(), ctx);
  });
  listRoutes(app, ctx);
  downloadRoute(app, ctx);

  app.post(
    '/attachments/:id/withdraw',
    {
      config: { permission: 'attachment.withdraw' },
      schema: {
        operationId: 'withdrawAttachment',
        tags,
        summary: '撤回附件：不再提供内容，记录仍在',
        params: IdParams,
        body: WithdrawRequest,
        response: { 200: ref(AttachmentView), ...conflict },
      },
    },
    (request) => {
      const { reason } = request.body;
      return withdraw(ctx, sessionOf(request), Number(request.params.id), reason, ctx.clock());
    },
  );
}

/** Takes the file of a request, and answers 201, or 200 where it was there already. */
async function take(ctx: Context, request: FastifyRequest, reply: FastifyReply, place: Place) {
  const { attachment, isNew } = await attach(
    ctx,
    sessionOf(request),
    place,
    (receive) => readUpload(request, maxBytes, receive),
    ctx.clock(),
  );
  const { id, type, size } = attachment;
  request.log.info({ attachment: id, type, size }, isNew ? 'attachment stored' : 'attachment was there');
  return reply.code(isNew ? 201 : 200).send(attachment);
}

function uploadRoutes(app: Api, ctx: Context): void {
  const answers = {
    200: { ...ref(AttachmentView), description: '同样的内容已经在这里，答已有的' },
    201: ref(AttachmentView),
    ...conflict,
  };
  const body = { required: true, content: { 'multipart/form-data': { schema: Form } } };
  app.post(
    '/complaints/:number/attachments',
    {
      config: { permission: 'complaint.attach' },
      schema: {
        operationId: 'attachToComplaint',
        tags,
        summary: '给诉求加附件：图片、音频、PDF，至多 20 MB',
        params: NumberParams,
        body,
        response: answers,
      },
    },
    (request, reply) => take(ctx, request, reply, { number: request.params.number }),
  );

  app.post(
    '/orders/:id/attachments',
    {
      config: { permission: 'order.attach' },
      schema: {
        operationId: 'attachToOrder',
        tags,
        summary: '给本单位的工单加附件（办理的凭据）',
        params: IdParams,
        body,
        response: answers,
      },
    },
    (request, reply) => take(ctx, request, reply, { orderId: Number(request.params.id) }),
  );
}

function listRoutes(app: Api, ctx: Context): void {
  app.get(
    '/complaints/:number/attachments',
    {
      config: { permission: 'attachment.read' },
      schema: {
        operationId: 'listComplaintAttachments',
        tags,
        summary: '一件诉求的附件，先传的在前；单位看得见随诉求的和自己的',
        params: NumberParams,
        response: { 200: ref(AttachmentList) },
      },
    },
    (request) => readAttachmentsOf(ctx, sessionOf(request), { number: request.params.number }),
  );

  app.get(
    '/orders/:id/attachments',
    {
      config: { permission: 'order.read' },
      schema: {
        operationId: 'listOrderAttachments',
        tags,
        summary: '一张工单的附件，连同随诉求的',
        params: IdParams,
        response: { 200: ref(AttachmentList) },
      },
    },
    (request) => readAttachmentsOf(ctx, sessionOf(request), { orderId: Number(request.params.id) }),
  );
}

/** A file of strangers is never shown as part of our pages, and never run. */
const safely = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  // Asked again each time: it may have been withdrawn, or the reader's scope may have changed.
  'cache-control': 'private, no-cache',
};

function downloadRoute(app: Api, ctx: Context): void {
  const binary = { schema: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }) };
  app.get(
    '/attachments/:id',
    {
      config: { permission: 'attachment.read' },
      schema: {
        operationId: 'downloadAttachment',
        tags,
        summary: '附件的内容',
        params: IdParams,
        response: {
          200: { description: '内容', content: Object.fromEntries(kinds.map(({ type }) => [type, binary])) },
          304: Type.Null({ description: '与 If-None-Match 所说相同' }),
        },
      },
    },
    async (request, reply) => {
      const row = await findForDownload(ctx, sessionOf(request), Number(request.params.id));
      const etag = `"${row.sha256}"`;
      reply.headers({ ...safely, etag });
      if (request.headers['if-none-match'] === etag) {
        reply.code(304);
        return null;
      }
      const bytes = await ctx.files.open(row.sha256);
      reply.headers({ 'content-disposition': disposition(row.name), 'content-length': row.size }).type(row.type);
      return bytes;
    },
  );
}
