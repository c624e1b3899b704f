/** GET /groups. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { ref } from '../http/schemas.ts';
import { sessionOf } from '../http/security.ts';
import { GroupAlarm, GroupList, GroupQuery } from './schemas.ts';
import { readGroups } from './service.ts';

export function groupRoutes(app: Api, ctx: Context): void {
  for (const schema of [GroupAlarm, GroupList]) app.addSchema(schema);

  app.get(
    '/groups',
    {
      config: { permission: 'group.read' },
      schema: {
        operationId: 'readGroups',
        tags: ['complaints'],
        summary: '群体诉求预警：同类事项、同一地点、短时间内多人反映，新的在前',
        querystring: GroupQuery,
        response: { 200: ref(GroupList) },
      },
    },
    (request) => readGroups(ctx, sessionOf(request), request.query, ctx.clock()),
  );
}
