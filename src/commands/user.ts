/** `user create`: the first administrator, and whoever else is made from the machine itself. */
import { randomBytes } from 'node:crypto';
import { validateBody } from '../http/validation.ts';
import { NewUser } from '../staff/schemas.ts';
import { createUser } from '../staff/service.ts';
import { CommandError, print, say, withDatabase } from './common.ts';

const isNewUser = (value: object): value is NewUser => validateBody(NewUser, value).length === 0;

/** Prints the first password on stdout and nothing else. */
export async function userCreate(wish: { login: string; role: string; unit?: string; name?: string }): Promise<void> {
  const { login, role, unit = null, name = login } = wish;
  const user = { login, role, unit, name };
  if (!isNewUser(user)) {
    const faults = validateBody(NewUser, user).map(({ path, message }) => `--${path} ${message}`);
    throw new CommandError(faults.join('；'));
  }
  await withDatabase(async ({ db }) => {
    const { password } = await createUser({ db, random: randomBytes }, 'command', user, new Date());
    print(password);
    say(`用户 ${login} 已建；第一次登录须改密码`);
  });
}
