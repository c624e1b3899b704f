/** GET /groups, and closing an alarm by hand. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import { CloseGroup, GroupAlarm, GroupList, GroupQuery } from './schemas.ts';
import { closeGroup, readGroups } from './service.ts';

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

  app.post(
    '/groups/:id/close',
    {
      config: { permission: 'group.close' },
      schema: {
        operationId: 'closeGroup',
        tags: ['complaints'],
        summary: '关闭一个群体预警：不再加入诉求，此后的新诉求够数时另起一个',
        params: IdParams,
        body: CloseGroup,
        response: { 200: ref(GroupAlarm), ...conflict },
      },
    },
    (request) => closeGroup(ctx, sessionOf(request), Number(request.params.id), request.body, ctx.clock()),
  );
}
