/** PUT /catalog/rules, POST /catalog/rules/try, GET /catalog/changes. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { listOf, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import {
  CatalogChange,
  ChangeAnswer,
  ChangeRequest,
  ChangesQuery,
  LintFinding,
  TryAnswer,
  TryRequest,
} from './schemas.ts';
import { changeRules, readChanges, tryRules } from './service.ts';

const Changes = listOf(ref(CatalogChange), 'CatalogChanges');

export function rulesRoutes(app: Api, ctx: Context): void {
  for (const schema of [LintFinding, ChangeAnswer, TryAnswer, CatalogChange, Changes]) app.addSchema(schema);

  app.put(
    '/catalog/rules',
    {
      config: { permission: 'catalog.change' },
      schema: {
        operationId: 'changeDispatchRules',
        tags: ['catalog'],
        summary: '从某日起增加、接替或停用派单规则：全部生效或全部拒绝；已派出的工单不变',
        body: ChangeRequest,
        response: { 200: ref(ChangeAnswer), ...conflict },
      },
    },
    async (request) => {
      const answer = await changeRules(ctx, sessionOf(request), request.body, ctx.clock());
      request.log.info({ version: answer.version, rules: answer.rules.length }, 'dispatch rules changed');
      return answer;
    },
  );

  app.post(
    '/catalog/rules/try',
    {
      config: { permission: 'catalog.try' },
      schema: {
        operationId: 'tryDispatchRules',
        tags: ['catalog'],
        summary: '用最近受理的诉求试派单规则：多少件会派给别的单位；什么也不存',
        body: TryRequest,
        response: { 200: ref(TryAnswer) },
      },
    },
    (request) => tryRules(ctx, request.body, ctx.clock()),
  );

  changesRoute(app, ctx);
}

function changesRoute(app: Api, ctx: Context): void {
  app.get(
    '/catalog/changes',
    {
      config: { permission: 'catalog.history' },
      schema: {
        operationId: 'listCatalogChanges',
        tags: ['catalog'],
        summary: '派单规则的改动和区划名单的导入：谁、何时、为什么、从哪天起、改前改后或件数，新的在前',
        querystring: ChangesQuery,
        response: { 200: ref(Changes) },
      },
    },
    (request) => readChanges(ctx, request.query),
  );
}
