/**
 * One line for each operation of openapi.yaml: its permission, on what beyond the role its answer depends, and what fills its path,
 * query and body in a place.
 */
import { randomBytes } from 'node:crypto';
import type { Permission } from '../../src/access/roles.ts';
import { file, form, formType } from '../attachment/form.ts';
import { answered, done, duty } from '../life.ts';
import { jpeg } from '../media/samples.ts';
import type { Place, Thing } from './places.ts';

/** On what an answer depends besides the role; `matrix.test.ts` says how. */
export type Sight =
  | 'role'
  | 'person'
  | 'complaint'
  | 'order'
  | 'own order'
  | 'row'
  | 'file'
  | 'own file'
  | 'caller'
  | 'alarm'
  | 'case'
  | 'article'
  | 'owner'
  | 'webhook'
  | 'taken webhook'
  | 'evaluation'
  | 'stranger'
  | 'nothing there';

export interface Call {
  permission: Permission;
  sight: Sight;
  /** What stands in the path. */
  key?: Thing;
  query?: (place: Place) => string;
  body?: (place: Place) => object | string | Buffer;
  headers?: Record<string, string>;
}

const line = (permission: Permission, sight: Sight = 'role', more: Omit<Call, 'permission' | 'sight'> = {}): Call => ({
  permission,
  sight,
  ...more,
});
const reason = '经核实';
const with_ = (body: object) => ({ body: () => body });

/** Reads and acts on a complaint, an order, or something else that has a place. */
const complaint = (permission: Permission, body?: Call['body']) =>
  line(permission, 'complaint', { key: 'number', ...(body && { body }) });
const handled = (permission: Permission, body?: object) =>
  line(permission, 'own order', { key: 'order', ...(body && with_(body)) });
const ruled = (permission: Permission, body: object) => line(permission, 'row', { key: 'order', ...with_(body) });
const row = (permission: Permission, key: Thing, body?: object) =>
  line(permission, 'row', { key, ...(body && with_(body)) });
const keyed = (permission: Permission, key: Thing, body?: object) =>
  line(permission, 'role', { key, ...(body && with_(body)) });
const personal = line('self', 'person');
const personalWith = (body: object) => line('self', 'person', with_(body));

const photo = () => form(file(jpeg(Buffer.from('another picture'), Buffer.from('told'))));
const upload = { body: photo, headers: formType };
const rule = {
  ...{ code: 'T1', priority: 90, matter: 'M05.03.02', place: '110105', type: [], caller: [], level: [] },
  ...{ lead: 'BJ-ZJW', co: ['street'], reason: '试点' },
};
const cases = (figure: string) => line('report.read', 'role', { query: () => `figure=${figure}&key=total` });
const report = line('report.read');
const catalog = line('catalog.read');
const period = (permission: Permission, more: Omit<Call, 'permission' | 'sight'> = {}) =>
  line(permission, 'role', more);
const article = { title: '电梯困人怎么办', text: '请联系物业。', reason };

export const calls: Record<string, Call> = {
  searchArticles: line('knowledge.read'),
  createArticle: line('knowledge.write', 'owner', { body: ({ unit }) => ({ ...article, unit }) }),
  listExpiringArticles: line('knowledge.read'),
  readArticle: row('knowledge.read', 'article'),
  editArticle: line('knowledge.write', 'article', { key: 'article', body: () => ({ ...article, version: 1 }) }),
  withdrawArticle: line('knowledge.write', 'article', { key: 'article', ...with_({ reason }) }),
  assist: line('judgement.assist', 'role', with_({ text: '垃圾无人清运' })),
  fileComplaint: line('complaint.file', 'role', with_({ channel: 'phone', text: '垃圾无人清运' })),
  searchComplaints: line('complaint.read'),
  readComplaint: complaint('complaint.read'),
  unmaskCaller: line('caller.unmask', 'caller', { key: 'number', ...with_({ reason }) }),
  linkComplaints: line('complaint.link', 'role', {
    key: 'other',
    body: ({ number }) => ({ to: number, kind: 'duplicate' }),
  }),
  unlinkComplaints: line('complaint.link', 'nothing there', {
    key: 'other',
    body: ({ number }) => ({ to: number, reason }),
  }),
  readTriage: line('triage.read'),
  readGroups: line('group.read'),
  closeGroup: line('group.close', 'alarm', { key: 'alarm', ...with_({ reason }) }),
  readOrder: line('order.read', 'order', { key: 'order' }),
  readQueue: line('queue.read'),
  // Not opened here: `since` is looked at first.
  streamQueue: line('queue.read', 'role', { query: () => 'since=x' }),
  signOrder: handled('order.handle'),
  contactCaller: handled('order.handle', { way: 'phone' }),
  correctOrder: line('order.handle', 'own order', {
    key: 'order',
    body: ({ event }) => ({ event, changes: { note: '改正' }, reason }),
  }),
  returnOrder: handled('order.handle', duty),
  extendOrder: handled('order.handle', { days: 1, reason }),
  parkOrder: handled('order.park', { kind: '资金', reason, reviewOn: '2026-12-20' }),
  unparkOrder: handled('order.unpark', { reason }),
  whistleOrder: handled('order.whistle', { units: ['BJ-ZJW'], reason }),
  reportToOrder: handled('order.report', { arrivedAt: '2026-11-22T12:00:00+08:00', text: '已到' }),
  confirmReport: handled('order.whistle', { unit: 'BJ-ZJW', tookPart: true }),
  delegateOrder: handled('order.handle', { community: '110105026001' }),
  replyOrder: handled('order.handle', done),
  dispatchComplaint: complaint('complaint.dispatch', () => ({ lead: 'BJ-ZJW', reason })),
  readRulings: line('order.rule'),
  ruleOnOrder: ruled('order.rule', { on: 'return', approve: false, reason }),
  superviseOrder: ruled('order.supervise', { reason }),
  escalateOrder: ruled('order.supervise', { reason }),
  cancelComplaint: complaint('complaint.cancel', () => ({ reason })),
  reopenComplaint: complaint('complaint.reopen', () => ({ reason })),
  listComplaintAttachments: complaint('attachment.read'),
  attachToComplaint: line('complaint.attach', 'complaint', { key: 'number', ...upload }),
  listOrderAttachments: line('order.read', 'order', { key: 'order' }),
  attachToOrder: line('order.attach', 'own order', { key: 'order', ...upload }),
  downloadAttachment: line('attachment.read', 'file', { key: 'attachment' }),
  withdrawAttachment: line('attachment.withdraw', 'own file', { key: 'attachment', ...with_({ reason }) }),
  readCallbacks: line('callback.read'),
  readCallback: row('callback.read', 'callback'),
  claimCallback: row('callback.claim', 'callback'),
  releaseCallback: row('callback.claim', 'callback'),
  recordAttempt: row('callback.record', 'callback', answered),
  readProgress: line('public', 'role', { key: 'number', query: ({ code }) => `code=${code}` }),
  evaluate: line('public', 'evaluation', {
    key: 'number',
    body: ({ code }) => ({ code, contacted: true, resolved: true, satisfaction: 'basic' }),
  }),
  getRanking: report,
  getExclusions: report,
  getRates: report,
  readPeriods: line('period.read'),
  readPeriod: period('period.read'),
  readAmendments: period('period.read'),
  amendPeriod: period('period.close', { body: ({ number }) => ({ number, reason }) }),
  readPeriodCases: period('period.read'),
  closePeriod: period('period.close'),
  readExclusions: line('exclusion.read'),
  applyForExclusion: line('exclusion.apply', 'role', {
    body: ({ number }) => ({ number, kind: 'parked', scope: 'none', reason }),
  }),
  readExclusion: line('exclusion.read', 'case', { key: 'exclusion' }),
  reviewExclusion: row('exclusion.review', 'exclusion', { approve: false, reason }),
  appealExclusion: line('exclusion.appeal', 'case', { key: 'exclusion', ...with_({ reason }) }),
  getNeeds: report,
  listNeedsCases: cases('answered'),
  getVolume: report,
  listVolumeCases: cases('volume'),
  getTimeliness: report,
  listTimelinessCases: cases('signed'),
  getSupervision: report,
  listSupervisionCases: cases('urged'),
  getHotMatters: report,
  listHotCases: cases('volume'),
  getRepeats: report,
  listRepeatsCases: cases('repeats'),
  listRatesCases: cases('answered'),
  listRankingCases: cases('answered'),
  listExclusionsCases: cases('excluded'),
  getBulletin: line('report.read', 'role', { query: () => 'period=2026-11' }),
  getQuality: line('quality.read'),
  listDivisions: catalog,
  listUnits: catalog,
  listNeeds: catalog,
  listMatters: catalog,
  listRequestTypes: catalog,
  listLevels: catalog,
  listCalendar: catalog,
  listDispatchRules: catalog,
  changeDispatchRules: line('catalog.change', 'role', with_({ rules: [rule], reason })),
  listLocalUnits: catalog,
  listDutyGuard: catalog,
  listRoutes: catalog,
  listAlarmRules: catalog,
  listHandlingRules: catalog,
  listEscalationRules: catalog,
  tryDispatchRules: line('catalog.try', 'role', with_({ rules: [rule] })),
  listCatalogChanges: line('catalog.history'),
  createWebhook: line('webhook.manage', 'role', with_({ url: 'http://127.0.0.1:9/other' })),
  listWebhooks: line('webhook.manage'),
  getWebhook: line('webhook.manage', 'webhook', { key: 'webhook' }),
  changeWebhook: line('webhook.manage', 'webhook', { key: 'webhook', ...with_({ description: '队列' }) }),
  rotateWebhookSecret: line('webhook.manage', 'webhook', { key: 'webhook' }),
  testWebhook: line('webhook.manage', 'webhook', { key: 'webhook' }),
  listDeliveries: line('webhook.manage', 'webhook', { key: 'webhook' }),
  replayDeliveries: line('webhook.manage', 'webhook', { key: 'webhook', ...with_({ from: '2026-11-22T00:00:00Z' }) }),
  deleteWebhook: line('webhook.manage', 'taken webhook', { key: 'webhook' }),
  readAudit: line('audit.read'),
  verifyAudit: line('audit.read'),
  // Another each time: nobody is locked out.
  login: line('public', 'stranger', {
    body: () => ({ login: `nobody-${randomBytes(4).toString('hex')}`, password: 'no password of anybody' }),
  }),
  readMe: line('self'),
  logout: personal,
  listSessions: personal,
  endSessions: personal,
  changePassword: personalWith({ current: 'x', password: 'y' }),
  beginTotp: personalWith({ password: 'x' }),
  confirmTotp: personalWith({ code: '123456' }),
  removeTotp: personalWith({ password: 'x', totp: '123456' }),
  startOidc: line('public', 'nothing there'),
  finishOidc: line('public', 'nothing there'),
  listUsers: line('user.manage'),
  createUser: line('user.manage', 'role', with_({ login: 'sunbing', name: '孙丙', role: 'operator' })),
  getUser: keyed('user.manage', 'user'),
  changeUser: keyed('user.manage', 'user', { name: '钱丁' }),
  resetPassword: keyed('user.manage', 'user'),
  listUserSessions: keyed('user.manage', 'user'),
  endUserSessions: keyed('user.manage', 'user'),
  resetTotp: keyed('user.manage', 'user'),
  listTokens: line('token.manage'),
  createToken: line('token.manage', 'role', with_({ role: 'operator', name: '窗口' })),
  rotateToken: keyed('token.manage', 'token', {}),
  revokeToken: keyed('token.manage', 'token'),
  importUsers: line('user.manage', 'role', {
    body: () => '登录名,姓名,角色,单位,统一身份\nlidi,李丁,受理员,,\n',
    headers: { 'content-type': 'text/csv' },
  }),
};
