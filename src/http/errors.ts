/**
 * Every error the service answers with, in one table, as RFC 9457 problem+json: a Chinese title, an English code.
 * What is not in the table is a fault of ours: logged with its stack, answered without its text.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { explain, type FieldError } from './validation.ts';

const table = {
  VALIDATION_FAILED: [400, '请求内容有误'],
  MALFORMED_BODY: [400, '请求正文不是有效的 JSON'],
  MALFORMED_FORM: [400, '请求正文不是有效的表单'],
  INVALID_CURSOR: [400, '翻页标记无效'],
  UNAUTHENTICATED: [401, '没有登录，或令牌无效'],
  TOKEN_EXPIRED: [401, '令牌已过期或已停用'],
  SESSION_EXPIRED: [401, '登录已过期，请重新登录'],
  WRONG_CREDENTIALS: [401, '登录名、密码或验证码不对'],
  OIDC_FAILED: [401, '统一身份认证没有完成，请重新登录'],
  TOTP_REQUIRED: [401, '请输入验证码'],
  FORBIDDEN: [403, '没有权限进行此操作'],
  SUBJECT_UNKNOWN: [403, '统一身份没有对应的用户，请联系管理员'],
  PASSWORD_CHANGE_REQUIRED: [403, '请先修改初始密码'],
  TOTP_SETUP_REQUIRED: [403, '请先启用两步验证'],
  CSRF_TOKEN_INVALID: [403, '缺少 X-CSRF-Token 或与登录不符，请刷新页面'],
  UNMASK_REFUSED: [403, '不能看这位诉求人'],
  NOT_FOUND: [404, '没有找到'],
  ILLEGAL_ACTION: [409, '当前状态不允许此操作'],
  STALE_VERSION: [409, '工单已被他人改动，请按最新状态重试'],
  RETURN_NOT_ALLOWED: [409, '此级别的工单不接受派单异议'],
  RETURN_WINDOW_CLOSED: [409, '已过提出派单异议的期限'],
  RETURNS_EXHAUSTED: [409, '退单次数已用完，派单为终局决定'],
  EXTENSIONS_EXHAUSTED: [409, '延期次数已用完'],
  ALREADY_DUE: [409, '已过办理时限，不能延期'],
  REQUEST_PENDING: [409, '已有申请等待裁定'],
  NO_REQUEST: [409, '没有等待裁定的此类申请'],
  ALREADY_LINKED: [409, '两件诉求已有此关联'],
  CALLBACK_HELD: [409, '回访任务正由别的回访员处理'],
  CALLBACK_NOT_DUE: [409, '现在不能评价'],
  ALREADY_EVALUATED: [409, '已经评价过'],
  EVALUATION_CLOSED: [409, '评价的时间已过'],
  IDEMPOTENCY_KEY_REUSED: [409, '同一 Idempotency-Key 已用于不同的请求'],
  EXTERNAL_NUMBER_REUSED: [409, '同一外部编号已用于不同的诉求'],
  TOO_MANY_ATTACHMENTS: [409, '附件已达上限'],
  TOO_MANY_WEBHOOKS: [409, '订阅太多'],
  PERIOD_NOT_ENDED: [409, '考核期还没有结束，不能封账'],
  PERIOD_CLOSED: [409, '考核期已经封账'],
  PERIOD_NOT_CLOSED: [409, '考核期还没有封账，不必更正'],
  NOTHING_TO_AMEND: [409, '这件诉求在此考核期没有需要更正的'],
  ALREADY_EXCLUDED: [409, '这件诉求已有此种剔除申请'],
  SAME_PERSON: [409, '须由另一人审核'],
  OWN_UNIT: [409, '不得审核本单位的诉求'],
  LOGIN_TAKEN: [409, '登录名已被使用'],
  SUBJECT_TAKEN: [409, '统一身份标识已属于另一用户'],
  OWN_ACCOUNT: [409, '不能停用自己或改自己的角色'],
  TOTP_NOT_STARTED: [409, '没有待确认的两步验证，请先申请'],
  CONFLICT: [409, '数据已被他人改动，请重试'],
  ARTICLE_NOT_CITABLE: [422, '所引用的知识条目不存在或今天无效'],
  REQUEST_TIMEOUT: [408, '请求发送得太慢'],
  PAYLOAD_TOO_LARGE: [413, '请求正文过大'],
  URL_TOO_LONG: [414, '地址过长'],
  UNSUPPORTED_MEDIA: [415, '不支持的文件类型'],
  UNSUPPORTED_MEDIA_TYPE: [415, '不支持的内容类型，JSON 请用 application/json'],
  WEBHOOK_URL_REFUSED: [422, '不允许向这个地址推送'],
  HEADERS_TOO_LARGE: [431, '请求头过大'],
  TOO_MANY_STREAMS: [429, '打开的事件流过多，请先关闭不用的'],
  LOGIN_LOCKED: [429, '登录失败次数过多，请稍后再试'],
  TOO_MANY_REQUESTS: [429, '请求太频繁，请稍后再试'],
  BAD_REQUEST: [400, '请求无法处理'],
  INTERNAL: [500, '服务内部错误'],
  CALENDAR_MISSING: [503, '工作日历缺少所需年份，无法计算时限，请联系管理员补充'],
  QUERY_TIMEOUT: [503, '这次操作用时过长，已中止，什么也没有改动；请缩小范围或稍后再试'],
  OVERLOADED: [503, '服务太忙，请稍后再试'],
  UNAVAILABLE: [503, '服务暂不可用，请稍后再试'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof table;

/** The body of every 4xx and 5xx answer. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String({ description: '中文标题' }),
    status: Type.Integer(),
    code: Type.String({ description: '英文错误码' }),
    detail: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
    state: Type.Optional(Type.String({ description: '对象当前的状态（409）' })),
    allowed: Type.Optional(Type.Array(Type.String(), { description: '当前状态允许的操作（409）' })),
    version: Type.Optional(Type.Integer({ description: '工单现在的版本（STALE_VERSION）' })),
    retryAfter: Type.Optional(Type.Integer({ description: '要等的秒数（429、OVERLOADED），与 Retry-After 相同' })),
  },
  { $id: 'Problem' },
);

/** A coded refusal, thrown anywhere below a route. `detail` is Chinese and free of personal data. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly extra: Partial<Pick<Static<typeof Problem>, 'errors' | 'state' | 'allowed' | 'version' | 'retryAfter'>>;

  constructor(code: ErrorCode, detail = '', extra: AppError['extra'] = {}) {
    super(detail);
    this.code = code;
    this.extra = extra;
  }
}

/** A refusal that names one field. */
export function fieldError(path: string, message: string): AppError {
  return new AppError('VALIDATION_FAILED', '', { errors: [{ path, message }] });
}

function problem(code: ErrorCode, detail = '', extra: AppError['extra'] = {}): Static<typeof Problem> {
  const [status, title] = table[code];
  return { type: `urn:jiesu:error:${code}`, title, status, code, ...(detail ? { detail } : {}), ...extra };
}

/** Fastify's own error codes and PostgreSQL's, as far as a client causes them. */
const foreign: Record<string, ErrorCode> = {
  CALENDAR_MISSING: 'CALENDAR_MISSING',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_BODY',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_BODY',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_BODY',
  FST_ERR_CTP_BODY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  // Text that PostgreSQL cannot hold.
  '22021': 'BAD_REQUEST',
  '22P05': 'BAD_REQUEST',
  // What was free a moment ago.
  '23505': 'CONFLICT',
  '40001': 'CONFLICT',
  '40P01': 'CONFLICT',
  '57014': 'QUERY_TIMEOUT',
  KEYS_UNUSABLE: 'UNAVAILABLE',
  '57P01': 'UNAVAILABLE',
  '57P03': 'UNAVAILABLE',
  '53300': 'UNAVAILABLE',
  // No room for files.
  ENOSPC: 'UNAVAILABLE',
  ECONNREFUSED: 'UNAVAILABLE',
  CONNECTION_CLOSED: 'UNAVAILABLE',
  CONNECTION_ENDED: 'UNAVAILABLE',
  CONNECT_TIMEOUT: 'UNAVAILABLE',
};

/** The code of an error, or of the error that caused it (drizzle wraps the driver's). */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? errorCode(error.cause) : undefined;
}

function toProblem(error: FastifyError | AppError): Static<typeof Problem> | null {
  if (error instanceof AppError) return problem(error.code, error.message, error.extra);
  if (error.validation !== undefined) {
    const errors: FieldError[] = explain(error.validation, error.validationContext ?? 'body');
    return problem('VALIDATION_FAILED', '', { errors });
  }
  const known = foreign[errorCode(error) ?? ''];
  if (known !== undefined) return problem(known);
  const { statusCode } = error;
  // An address with a part longer than any of ours.
  if (statusCode === 414) return problem('NOT_FOUND', '没有这个地址');
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? { ...problem('BAD_REQUEST'), status: statusCode }
    : null;
}

function send(reply: FastifyReply, body: Static<typeof Problem>): FastifyReply {
  if (body.status === 401) reply.header('www-authenticate', 'Bearer realm="jiesu"');
  if (body.retryAfter !== undefined) reply.header('retry-after', body.retryAfter);
  return reply.code(body.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(body));
}

/** How long a refused client may go on sending before its connection ends. */
const partingMs = 2000;

/** What Node finds wrong before there is a request. */
const malformed: Record<string, ErrorCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'PAYLOAD_TOO_LARGE',
};

/** Answers what is no HTTP request at all, or none that ends, on the bare connection. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const known = malformed[error.code ?? ''];
  const answer = known === undefined ? problem('BAD_REQUEST', '不是有效的 HTTP 请求') : problem(known);
  const body = JSON.stringify(answer);
  const head = [
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ];
  const text = `${head.join('\r\n')}\r\n\r\n${body}`;
  // What was answered with a timeout must not be carried out when the rest arrives after all.
  if (known === 'REQUEST_TIMEOUT') return void socket.end(text, () => socket.destroy());
  socket.end(text);
  // Reading on lets the client see the answer; who only dribbles would do so for ever.
  const timer = setTimeout(() => socket.destroy(), partingMs).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Answers an address that Fastify cannot read, before there is a route and its hooks. */
export function answerMisaddressed(error: FastifyError | AppError, reply: FastifyReply): void {
  reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
  send(reply, toProblem(error) ?? problem('INTERNAL'));
}

/** Installs the one error handler and the answer to unknown paths. */
export function installErrors(app: FastifyInstance): void {
  app.addSchema(Problem);
  // An empty body is no body: clients that always name a content type send one to actions that take none.
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body, done);
  });
  app.setErrorHandler((error: FastifyError | AppError, request: FastifyRequest, reply) => {
    const known = toProblem(error);
    if (known !== null && known.status < 500) return send(reply, known);
    // The text of a database error may quote a row, so only its code and stack frames are logged.
    const stack = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    request.log.error({ error: errorCode(error) ?? error.name, stack }, 'request failed');
    return send(reply, known ?? problem('INTERNAL'));
  });
  app.setNotFoundHandler((_request, reply) => send(reply, problem('NOT_FOUND', '没有这个地址')));
}
