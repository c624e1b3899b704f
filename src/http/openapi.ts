/** How openapi.yaml is made from the routes. */
import type { SwaggerOptions } from '@fastify/swagger';

export const openApi: SwaggerOptions = {
  openapi: {
    openapi: '3.0.3',
    info: {
      title: 'jiesu 接诉即办',
      description:
        '开放的 12345 热线接诉即办服务：登记、判定、派单、处置、回访、三率。时间均为 ISO 8601，日期与考核期按北京时间。',
      version: '1.0.0',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'intake', description: '受理' },
      { name: 'complaints', description: '诉求' },
      { name: 'orders', description: '工单' },
      { name: 'attachments', description: '附件' },
      { name: 'callbacks', description: '回访' },
      { name: 'public', description: '诉求人的查询与评价，不用令牌' },
      { name: 'knowledge', description: '知识库' },
      { name: 'reports', description: '报表' },
      { name: 'catalog', description: '基础数据' },
      { name: 'webhooks', description: '推送' },
      { name: 'auth', description: '登录、密码、两步验证' },
      { name: 'users', description: '用户管理' },
      { name: 'tokens', description: '令牌管理' },
    ],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: '机器的令牌' },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-jiesu', description: '登录的个人' },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: 'X-CSRF-Token',
          description: '登录时所给，凭 cookie 改动数据时要带上',
        },
      },
    },
  },
  refResolver: {
    // Shared schemas keep their own names instead of def-0, def-1 …
    buildLocalReference: (json, _base, _fragment, index) => (typeof json.$id === 'string' ? json.$id : `def-${index}`),
  },
};
