/** GET /triage. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { ref } from '../http/schemas.ts';
import { sessionOf } from '../http/security.ts';
import { TriageList, TriageQuery, TriageRow } from './schemas.ts';
import { readTriage } from './service.ts';

export function triageRoutes(app: Api, ctx: Context): void {
  for (const schema of [TriageRow, TriageList]) app.addSchema(schema);

  app.get(
    '/triage',
    {
      config: { permission: 'triage.read' },
      schema: {
        operationId: 'readTriage',
        tags: ['complaints'],
        summary: '研判台：待研判的诉求，最急的在前，附机器的建议、疑点和相似诉求',
        querystring: TriageQuery,
        response: { 200: ref(TriageList) },
      },
    },
    (request) => readTriage(ctx, sessionOf(request), request.query, ctx.clock()),
  );
}
