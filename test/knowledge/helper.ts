/** What tests of the knowledge base share. */
import { readFileSync } from 'node:fs';

/** An article to write, about a service that no article of the seeds knows. */
export function article(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    unit: 'BJ-MZJ',
    title: '怎么申请使用社区的共享轮椅',
    matter: 'M12.01.02',
    questions: ['轮椅在哪里借', '借轮椅要押金吗'],
    text: '带身份证到社区服务站登记，可以借用轮椅十五天，不收押金。',
    basis: '《社区辅具借用办法（试行）》',
    reason: '新开的服务',
    ...changes,
  };
}

/** Invented consults with the code of the article that answers them; null where none does. */
export const questions = readFileSync(new URL('questions.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [code = '', text = ''] = line.split('\t');
    return { code: code === '-' ? null : code, text };
  });
