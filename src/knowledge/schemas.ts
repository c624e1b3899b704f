/** Shapes of the knowledge base: what is written, listed, offered. The schemas are the types. */
import { type Static, Type } from 'typebox';
import { UnitRef } from '../catalog/schemas.ts';
import { Code, Instant, listOf, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';
import { articleStates, limits } from './article.ts';

const Day = (description: string) => Type.String({ format: 'date', description });
const Id = Type.String({ description: '知识条目的编号' });
const Version = Type.Integer({ minimum: 1, maximum: 1_000_000 });

const content = {
  title: plainText(limits.title, { description: '标题，写成市民会问的话' }),
  matter: Type.Optional(nullable(Code)),
  validTo: Type.Optional(nullable(Day('失效日期，不含这一天；不给则长期有效'))),
  questions: Type.Optional(
    Type.Array(plainText(limits.question), { maxItems: limits.questions, description: '其他问法，用于检索' }),
  ),
  text: plainText(limits.text, { description: '答复口径' }),
  basis: Type.Optional(nullable(plainText(limits.basis, { description: '依据的文件' }))),
  reason: plainText(500, { description: '为什么写或改，留在版本记录里' }),
};

export const NewArticle = Type.Object(
  {
    unit: Type.Optional(Type.String({ ...Code, description: '归口单位；单位负责人只能写本单位的，可以不给' })),
    validFrom: Type.Optional(Day('生效日期，默认今天')),
    ...content,
  },
  { additionalProperties: false },
);
export type NewArticle = Static<typeof NewArticle>;

export const ArticleEdit = Type.Object(
  {
    version: Type.Integer({ ...Version, description: '所改的是哪一版；已有更新的一版时答 409' }),
    unit: Type.Optional(Type.String({ ...Code, description: '不给则不变' })),
    validFrom: Type.Optional(Day('不给则不变')),
    ...content,
  },
  { additionalProperties: false },
);
export type ArticleEdit = Static<typeof ArticleEdit>;

export const ArticleWithdrawal = Type.Object({ reason: plainText(500) }, { additionalProperties: false });
export type ArticleWithdrawal = Static<typeof ArticleWithdrawal>;

const summary = {
  id: Id,
  version: Version,
  state: oneOf(articleStates, { description: '在所问的那一天：有效、尚未生效、已失效、已撤下' }),
  unit: UnitRef,
  title: Type.String(),
  matter: nullable(Type.Object({ code: Type.String(), path: Type.Array(Type.String()) })),
  validFrom: Type.String({ format: 'date' }),
  validTo: nullable(Type.String({ format: 'date' })),
  basis: nullable(Type.String()),
};

export const ArticleSummary = Type.Object(
  {
    ...summary,
    excerpt: Type.String({ description: '答复口径的开头' }),
    score: nullable(Type.Number({ description: '与所查的词相符的程度，0 到 1；没有查词为 null' })),
  },
  { $id: 'ArticleSummary' },
);
export type ArticleSummary = Static<typeof ArticleSummary>;

export const ArticleList = listOf(ref(ArticleSummary), 'ArticleList');
export type ArticleList = Static<typeof ArticleList>;

const ArticleVersion = Type.Object({
  number: Version,
  status: oneOf(['published', 'withdrawn']),
  unit: UnitRef,
  title: Type.String(),
  matter: nullable(Type.String()),
  validFrom: Type.String({ format: 'date' }),
  validTo: nullable(Type.String({ format: 'date' })),
  questions: Type.Array(Type.String()),
  text: Type.String(),
  basis: nullable(Type.String()),
  at: Instant,
  actor: Type.String(),
  reason: Type.String(),
});

export const Article = Type.Object(
  {
    ...summary,
    questions: Type.Array(Type.String()),
    text: Type.String(),
    cited: Type.Integer({ minimum: 0, description: '用它直接答复的诉求件数' }),
    versions: Type.Array(ArticleVersion, { description: '每次改动一版，撤下也是一版；新的在前' }),
  },
  { $id: 'Article' },
);
export type Article = Static<typeof Article>;

export const ArticleQuery = Type.Object(
  {
    q: Type.Optional(plainText(100, { description: '按分词检索，最相符的在前；不给则新写的在前' })),
    matter: Type.Optional(Type.String({ ...Code, description: '事项及其下级' })),
    unit: Type.Optional(Code),
    status: oneOf([...articleStates, 'all'], { default: 'valid' }),
    on: Type.Optional(Day('按哪一天看，默认今天')),
    ...paging,
  },
  { additionalProperties: false },
);
export type ArticleQuery = Static<typeof ArticleQuery>;

export const ExpiringQuery = Type.Object(
  {
    days: Type.Integer({ minimum: 1, maximum: 366, default: 30, description: '多少天之内失效' }),
    unit: Type.Optional(Code),
    ...paging,
  },
  { additionalProperties: false },
);
export type ExpiringQuery = Static<typeof ExpiringQuery>;

/** An article offered for a complaint being told. */
export const OfferedArticle = Type.Object(
  {
    id: Id,
    version: Version,
    title: Type.String(),
    text: Type.String({ description: '答复口径的开头；全文见 GET /knowledge/{id}' }),
    basis: nullable(Type.String()),
    score: Type.Number({ description: '0 到 1' }),
    why: Type.String(),
  },
  { $id: 'OfferedArticle' },
);
export type OfferedArticle = Static<typeof OfferedArticle>;

/** An article that a complaint was answered with, as it was then. */
export const CitedArticle = Type.Object({ id: Id, version: Version, title: Type.String() }, { $id: 'CitedArticle' });
export type CitedArticle = Static<typeof CitedArticle>;
