/** What the schema cannot say of a complaint: that codes exist and fit together, that times are not in the future. Pure. */
import type { FieldError } from '../http/validation.ts';
import { findDivision } from '../place/resolve.ts';
import type { Judge } from './judge.ts';
import type { NewComplaint } from './schemas.ts';

/** Clocks of other platforms may run ahead by this much. */
const tolerance = 5 * 60_000;

/** Every fault with the field's path; empty where the complaint may be filed. */
export function checkComplaint(request: NewComplaint, judge: Judge, now: Date): FieldError[] {
  const { catalog } = judge;
  const problems: FieldError[] = [];
  const fault = (path: string, message: string) => problems.push({ path, message });
  const { type, level, need, matter } = request;
  if (type !== undefined && !catalog.types.has(type)) fault('type', `没有诉求类型 ${type}`);
  if (level !== undefined && !catalog.levels.has(level)) fault('level', `没有紧急程度 ${level}`);
  if (need !== undefined && !catalog.needs.has(need)) fault('need', `没有七有五性编码 ${need}`);
  if (matter !== undefined && judge.leaf(matter) === undefined) {
    fault('matter', catalog.matters.has(matter) ? `事项 ${matter} 不是末级事项` : `没有事项 ${matter}`);
  }
  checkPlace(request, judge, fault);
  for (const path of ['occurredAt', 'receivedAt'] as const) {
    const given = request[path];
    if (given !== undefined && Date.parse(given) > now.getTime() + tolerance) fault(path, '不能是将来的时间');
  }
  if (request.disposition === 'answered' && request.answer === undefined) fault('answer', '直接答复时须写明答复内容');
  checkArticles(request, fault);
  return problems;
}

/** Whether the articles can be cited is looked up later: only the database knows. */
function checkArticles(
  { articles = [], disposition }: NewComplaint,
  fault: (path: string, message: string) => void,
): void {
  if (articles.length > 0 && disposition !== 'answered')
    fault('articles', '只有直接答复（answered）时可以引用知识条目');
  const ids = articles.map(Number);
  ids.forEach((id, index) => {
    if (ids.indexOf(id) !== index) fault(`articles.${index}`, '条目重复');
  });
}

function checkPlace(
  { district, street }: NewComplaint,
  { gazetteer, catalog }: Judge,
  fault: (path: string, message: string) => void,
): void {
  const known = district === undefined ? undefined : findDivision(gazetteer, district, 'district');
  if (district !== undefined && known === undefined) fault('district', `没有区 ${district}`);
  if (street === undefined) return;
  const division = catalog.divisions.get(street);
  if (division?.kind !== 'street') fault('street', `没有街道（乡镇） ${street}`);
  else if (known !== undefined && division.parent !== known.code)
    fault('street', `${division.name}不属于${known.name}`);
}
