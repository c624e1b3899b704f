/** A person at a browser: keeps the cookie, sends the token against forgery along. For tests. */
import type { InjectOptions } from 'fastify';
import { type Role, unitRoles } from '../../src/access/roles.ts';
import { createUser } from '../../src/staff/service.ts';
import type { Answer, TestApp } from '../helper.ts';

export const ownPassword = 'four stray cats in my yard';

export interface Browser {
  cookie: string;
  csrf: string;
  send(
    method: InjectOptions['method'],
    url: string,
    payload?: object,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  get(url: string): Promise<Answer>;
  post(url: string, payload?: object, headers?: Record<string, string>): Promise<Answer>;
  login(login: string, password: string, totp?: string): Promise<Answer>;
}

let desks = 0;

/** Takes what the service says about cookies as a browser does. At an address of its own: attempts to sign in are counted by it. */
export function browser({ app }: Pick<TestApp, 'app'>): Browser {
  desks += 1;
  const remoteAddress = `10.0.${desks >> 8}.${desks & 255}`;
  return {
    cookie: '',
    csrf: '',
    async send(method, url, payload, headers = {}) {
      const own = { ...(this.cookie && { cookie: this.cookie }), ...(this.csrf && { 'x-csrf-token': this.csrf }) };
      const response = await app.inject({
        method: method ?? 'GET',
        url: `/api/v1${url}`,
        remoteAddress,
        headers: { ...own, ...headers },
        ...(payload === undefined ? {} : { payload }),
      });
      const [set] = [response.headers['set-cookie']].flat();
      if (set !== undefined) this.cookie = set.includes('Max-Age=0') ? '' : (set.split(';')[0] ?? '');
      const body = response.body === '' ? null : JSON.parse(response.body);
      if (typeof body?.csrf === 'string') this.csrf = body.csrf;
      return { status: response.statusCode, headers: response.headers, body, text: response.body };
    },
    get(url) {
      return this.send('GET', url);
    },
    post(url, payload, headers) {
      return this.send('POST', url, payload, headers);
    },
    login(login, password, totp) {
      return this.post('/auth/login', { login, password, ...(totp === undefined ? {} : { totp }) });
    },
  };
}

/** An account with its first password. */
export async function account({ ctx, clock }: TestApp, login: string, role: Role, unit?: string) {
  const place = unit ?? (unitRoles.includes(role) ? '110105026' : null);
  return createUser(ctx, 'test', { login, name: `姓名${login}`, role, unit: place }, clock.now);
}

/** A person who has chosen a password of his own and is signed in. */
export async function person(
  service: TestApp,
  login: string,
  role: Role,
  unit?: string,
): Promise<Browser & { id: string }> {
  const { id, password } = await account(service, login, role, unit);
  const one = browser(service);
  await one.login(login, password);
  const changed = await one.post('/auth/password', { current: password, password: ownPassword });
  if (changed.status !== 204) throw new Error(changed.text);
  return Object.assign(one, { id });
}
