/** GET /audit, GET /audit/verify. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { listOf, ref } from '../http/schemas.ts';
import { AuditEntryView, AuditQuery, Verification, VerifyQuery } from './schemas.ts';
import { readAudit, verifyAudit } from './service.ts';

const AuditList = listOf(ref(AuditEntryView), 'AuditList');
const config = { permission: 'audit.read' } as const;

export function auditRoutes(app: Api, ctx: Context): void {
  for (const schema of [AuditEntryView, AuditList, Verification]) app.addSchema(schema);

  app.get(
    '/audit',
    {
      config,
      schema: {
        operationId: 'readAudit',
        tags: ['audit'],
        summary: '审计：谁看了个人信息、导出了什么、改了规则和订阅，新的在前',
        querystring: AuditQuery,
        response: { 200: ref(AuditList) },
      },
    },
    (request) => readAudit(ctx, request.query),
  );

  app.get(
    '/audit/verify',
    {
      config,
      schema: {
        operationId: 'verifyAudit',
        tags: ['audit'],
        summary: '由链首校验审计：改动、删除、移动、外加的条目逐条指出',
        querystring: VerifyQuery,
        response: { 200: ref(Verification) },
      },
    },
    (request) => verifyAudit(ctx.db, request.query.head),
  );
}
