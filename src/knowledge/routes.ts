/** The knowledge base: POST, GET /knowledge, PUT, GET /knowledge/{id}, POST /knowledge/{id}/withdraw, GET /knowledge/expiring. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import {
  Article,
  ArticleEdit,
  ArticleList,
  ArticleQuery,
  ArticleSummary,
  ArticleWithdrawal,
  CitedArticle,
  ExpiringQuery,
  NewArticle,
  OfferedArticle,
} from './schemas.ts';
import { createArticle, editArticle, readArticle, readExpiring, searchArticles, withdrawArticle } from './service.ts';

const read = { permission: 'knowledge.read' } as const;
const write = { permission: 'knowledge.write' } as const;
const tags = ['knowledge'];

export function knowledgeRoutes(app: Api, ctx: Context): void {
  for (const schema of [Article, ArticleSummary, ArticleList, OfferedArticle, CitedArticle]) app.addSchema(schema);

  app.get(
    '/knowledge',
    {
      config: read,
      schema: {
        operationId: 'searchArticles',
        tags,
        summary: '查知识库：默认只有今天有效的条目；有查词时最相符的在前',
        querystring: ArticleQuery,
        response: { 200: ref(ArticleList) },
      },
    },
    (request) => searchArticles(ctx, request.query, ctx.clock()),
  );

  app.get(
    '/knowledge/expiring',
    {
      config: read,
      schema: {
        operationId: 'listExpiringArticles',
        tags,
        summary: '快失效、该复核的知识条目，最早失效的在前',
        querystring: ExpiringQuery,
        response: { 200: ref(ArticleList) },
      },
    },
    (request) => readExpiring(ctx, request.query, ctx.clock()),
  );

  app.get(
    '/knowledge/:id',
    {
      config: read,
      schema: {
        operationId: 'readArticle',
        tags,
        summary: '一个知识条目：全文、各版、被引用的次数',
        params: IdParams,
        response: { 200: ref(Article) },
      },
    },
    (request) => readArticle(ctx, Number(request.params.id), ctx.clock()),
  );
  writingRoutes(app, ctx);
}

function writingRoutes(app: Api, ctx: Context): void {
  app.post(
    '/knowledge',
    {
      config: write,
      schema: {
        operationId: 'createArticle',
        tags,
        summary: '写一个知识条目；单位负责人只能写本单位的',
        body: NewArticle,
        response: { 201: ref(Article) },
      },
    },
    async (request, reply) => {
      const answer = await createArticle(ctx, sessionOf(request), request.body, ctx.clock());
      request.log.info({ article: answer.id }, 'article created');
      return reply.code(201).send(answer);
    },
  );

  app.put(
    '/knowledge/:id',
    {
      config: write,
      schema: {
        operationId: 'editArticle',
        tags,
        summary: '改一个知识条目：产生新的一版，以前各版不变；已撤下的重新启用',
        params: IdParams,
        body: ArticleEdit,
        response: { 200: ref(Article), ...conflict },
      },
    },
    async (request) => {
      const id = Number(request.params.id);
      const answer = await editArticle(ctx, sessionOf(request), id, request.body, ctx.clock());
      request.log.info({ article: answer.id, version: answer.version }, 'article edited');
      return answer;
    },
  );
  withdrawalRoute(app, ctx);
}

function withdrawalRoute(app: Api, ctx: Context): void {
  app.post(
    '/knowledge/:id/withdraw',
    {
      config: write,
      schema: {
        operationId: 'withdrawArticle',
        tags,
        summary: '撤下一个知识条目：不再提供，也不能再引用',
        params: IdParams,
        body: ArticleWithdrawal,
        response: { 200: ref(Article), ...conflict },
      },
    },
    async (request) => {
      const id = Number(request.params.id);
      const answer = await withdrawArticle(ctx, sessionOf(request), id, request.body.reason, ctx.clock());
      request.log.info({ article: answer.id }, 'article withdrawn');
      return answer;
    },
  );
}
