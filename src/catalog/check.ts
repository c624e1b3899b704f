/**
 * What must hold between the rows of a city's seed files before any of them is loaded. Every fault names file, line and reason.
 */

import { assessedScopes } from './assessment-rules.ts';
import { checkCycles, checkDivisions, checkUnique, type Fault } from './check-divisions.ts';
import { type Codes, checkDispatch, codesBy, codesOf as codesOfRows, leadFault } from './check-rules.ts';
import { fileOf, type SeedProblem, type Sheet, type Sheets } from './files.ts';
import { type Matter, unitKinds } from './types.ts';
import type { Validity } from './validity.ts';

/** All problems between the rows, in file order. */
export function checkSheets(sheets: Sheets): SeedProblem[] {
  const problems: SeedProblem[] = [];
  const files = new Map<Sheet<unknown>, string>();
  for (const [table, sheet] of Object.entries(sheets)) files.set(sheet, fileOf(table));
  const fault: Fault = (sheet, index, message) => {
    problems.push({ file: files.get(sheet) ?? '', line: sheet.lines[index] ?? 0, message });
  };
  checkCodes(sheets, fault);
  checkValidity(sheets, fault);
  checkDivisions(sheets.divisions, sheets.units.rows, fault);
  checkAreas(sheets, fault);
  checkUnits(sheets, fault);
  checkMatters(sheets, fault);
  checkDispatch(sheets, (table, index, message) => fault(sheets[table], index, message));
  checkLexicon(sheets, fault);
  checkVersions(sheets, fault);
  checkAlarms(sheets, fault);
  checkEscalations(sheets, fault);
  checkCallbacks(sheets, fault);
  checkExclusions(sheets, fault);
  return problems;
}

const codesOf = ({ rows }: Sheet<{ code: string } & Validity>): Codes => codesOfRows(rows);

function checkCodes(sheets: Sheets, fault: Fault): void {
  const { divisions, units, needs, matters, types, levels, rules, routes } = sheets;
  for (const sheet of [divisions, units, needs, matters, types, levels, rules]) {
    checkUnique<{ code: string }>(sheet, (row) => row.code, fault);
    if (sheet.rows.length === 0) fault(sheet, 0, '文件没有数据');
  }
  checkUnique(routes, (row) => row.code, fault);
  checkUnique(sheets.guard, (row) => row.matter, fault);
  checkUnique(sheets.localUnits, (row) => `${row.word} ${row.division} ${row.validFrom}`, fault);
  checkUnique(sheets.areas, (row) => row.name, fault);
  checkUnique(sheets.landmarks, (row) => row.name, fault);
  checkLandmarks(sheets, fault);
  checkUnique(sheets.calendar, (row) => row.date, fault);
  checkUnique(sheets.words, (row) => row.word, fault);
  checkUnique(sheets.lexicon, (row) => `${row.word} ${row.kind} ${row.code}`, fault);
  checkUnique(sheets.assessment, (row) => row.version, fault);
  checkUnique(sheets.judgement, (row) => row.version, fault);
  checkUnique(sheets.handling, (row) => row.version, fault);
  checkUnique(sheets.retention, (row) => row.code, fault);
  checkPopulation(sheets, fault);
}

function checkValidity({ calendar: _, ...dated }: Sheets, fault: Fault): void {
  for (const sheet of Object.values<Sheet<Validity>>(dated)) {
    sheet.rows.forEach((row, index) => {
      if (row.validTo !== null && row.validTo <= row.validFrom) fault(sheet, index, 'valid_to 应晚于 valid_from');
    });
  }
}

function checkAreas({ areas, divisions }: Sheets, fault: Fault): void {
  const streets = new Set(divisions.rows.filter(({ kind }) => kind === 'street').map(({ code }) => code));
  areas.rows.forEach((row, index) => {
    // An area without streets lies outside the city: people name it, and it must not be taken for a street of ours.
    for (const street of row.streets) if (!streets.has(street)) fault(areas, index, `街道 “${street}” 不存在`);
  });
}

/** A landmark lies in a street of the city, and no two are called alike: a text could not say which is meant. */
function checkLandmarks({ landmarks, divisions }: Sheets, fault: Fault): void {
  const streets = new Set(divisions.rows.filter(({ kind }) => kind === 'street').map(({ code }) => code));
  const named = new Map<string, string>();
  landmarks.rows.forEach((row, index) => {
    if (row.streets.length === 0) fault(landmarks, index, '地标须有所在街道');
    for (const street of row.streets) if (!streets.has(street)) fault(landmarks, index, `街道 “${street}” 不存在`);
    for (const name of [row.name, ...row.aliases]) {
      const other = named.get(name);
      if (other !== undefined) fault(landmarks, index, `“${name}” 已是地标 “${other}” 的名称`);
      else named.set(name, row.name);
    }
  });
}

function checkPopulation({ population, divisions }: Sheets, fault: Fault): void {
  checkUnique(population, (row) => `${row.code} ${row.validFrom}`, fault);
  const known = codesOf(divisions);
  population.rows.forEach((row, index) => {
    if (!known.has(row.code, row)) fault(population, index, `区划 “${row.code}” 不存在`);
  });
}

function checkUnits({ units, divisions }: Sheets, fault: Fault): void {
  const codes = codesOf(units);
  const divisionCodes = codesOf(divisions);
  units.rows.forEach((row, index) => {
    if (row.parent !== null && !codes.has(row.parent, row)) fault(units, index, `上级 “${row.parent}” 不存在`);
    if (row.division !== null && !divisionCodes.has(row.division, row))
      fault(units, index, `区划 “${row.division}” 不存在`);
  });
  checkCycles(units, fault);
}

function checkMatters(sheets: Sheets, fault: Fault): void {
  const { matters } = sheets;
  const known = { needs: codesOf(sheets.needs), levels: codesOf(sheets.levels), types: codesOf(sheets.types) };
  const leads = { units: codesOf(sheets.units), words: codesBy(sheets.localUnits.rows, ({ word }) => word) };
  const codes = codesOf(matters);
  const parents = new Set(matters.rows.map((row) => row.parent));
  matters.rows.forEach((row, index) => {
    const depth = row.code.split('.').length;
    if (depth > 3) fault(matters, index, '事项最多三级');
    if (depth === 1 && row.parent !== null) fault(matters, index, '一级事项不应有上级');
    if (depth > 1 && row.parent === null) fault(matters, index, '缺少上级');
    if (row.parent !== null && !codes.has(row.parent, row)) fault(matters, index, `上级 “${row.parent}” 不存在`);
    if (row.parent !== null && !row.code.startsWith(`${row.parent}.`))
      fault(matters, index, `编码应以上级 “${row.parent}” 开头`);
    if (!parents.has(row.code)) checkLeaf(row, depth, known, leads, (message) => fault(matters, index, message));
  });
  checkCycles(matters, fault);
}

function checkLeaf(
  row: Matter,
  depth: number,
  known: { needs: Codes; levels: Codes; types: Codes },
  leads: { units: Codes; words: Codes },
  fault: (message: string) => void,
): void {
  if (depth < 3) fault(`“${row.code}” 没有下级事项`);
  if (row.need === null) fault('缺少七有五性 need');
  else if (!known.needs.has(row.need, row)) fault(`七有五性 “${row.need}” 不存在`);
  if (row.level === null) fault('缺少紧急程度 level');
  else if (!known.levels.has(row.level, row)) fault(`紧急程度 “${row.level}” 不存在`);
  if (row.lead === null) fault('缺少主办 lead');
  const lead = row.lead === null ? null : leadFault(row.lead, leads, row);
  if (lead !== null) fault(`主办 ${lead}`);
  for (const type of row.types) if (!known.types.has(type, row)) fault(`诉求类型 “${type}” 不存在`);
  if (row.words.length === 0) fault('缺少触发词 words');
}

function checkLexicon(sheets: Sheets, fault: Fault): void {
  const targets = {
    matter: codesOf(sheets.matters),
    need: codesOf(sheets.needs),
    type: codesOf(sheets.types),
    level: codesOf(sheets.levels),
  };
  sheets.lexicon.rows.forEach((row, index) => {
    if (!targets[row.kind].has(row.code, row)) fault(sheets.lexicon, index, `${row.kind} “${row.code}” 不存在`);
  });
}

function checkAlarms({ alarms, matters }: Sheets, fault: Fault): void {
  checkUnique(alarms, (row) => row.code, fault);
  const codes = codesOf(matters);
  alarms.rows.forEach((row, index) => {
    if (row.matter !== '*' && !codes.has(row.matter, row)) fault(alarms, index, `事项 “${row.matter}” 不存在`);
    if (row.callers > row.count) fault(alarms, index, `callers（${row.callers}）不应大于 count（${row.count}）`);
  });
}

function checkVersions({ assessment, calendar, judgement, levels }: Sheets, fault: Fault): void {
  if (judgement.rows.length === 0) fault(judgement, 0, '文件没有数据');
  if (calendar.rows.length === 0) fault(calendar, 0, '文件没有数据');
  const known = codesOf(levels);
  judgement.rows.forEach((row, index) => {
    if (!known.has(row.defaultLevel, row)) fault(judgement, index, `紧急程度 “${row.defaultLevel}” 不存在`);
  });
  if (assessment.rows.length === 0) fault(assessment, 0, '文件没有数据');
  assessment.rows.forEach((row, index) => {
    if (row.cycle === 'month' && row.cycleDay !== 1) fault(assessment, index, '按自然月时 cycle_day 应为 1');
    const sum = row.weightResponse + row.weightResolution + row.weightSatisfaction;
    if (sum !== 1000) fault(assessment, index, `三项权重之和应为 1000，实为 ${sum}`);
  });
}

/** Reasons are counted beside request types, and so may not be called alike; classes are for kinds of units that there are. */
function checkExclusions({ exclusions, classes, types }: Sheets, fault: Fault): void {
  checkUnique(exclusions, (row) => row.code, fault);
  const named = new Set(types.rows.map(({ code }) => code));
  const strict: readonly string[] = assessedScopes.filter((scope) => scope !== 'all');
  exclusions.rows.forEach((row, index) => {
    if (named.has(row.code)) fault(exclusions, index, `“${row.code}” 已是诉求类型的编码`);
    if (row.scopes.length === 0) fault(exclusions, index, '缺少可申请的范围 scopes');
    for (const scope of row.scopes) {
      if (!strict.includes(scope)) fault(exclusions, index, `范围应为 ${strict.join('、')}，实为 “${scope}”`);
    }
  });
  checkUnique(classes, (row) => `${row.code} ${row.kind} ${row.measure} ${row.validFrom}`, fault);
  const kinds: readonly string[] = [...unitKinds, '*'];
  classes.rows.forEach((row, index) => {
    if (!kinds.includes(row.kind)) fault(classes, index, `单位类别 “${row.kind}” 不存在`);
    if (row.atLeast === null && row.below === null) fault(classes, index, 'at_least 与 below 至少要有一个');
  });
}

function checkEscalations({ escalations, levels }: Sheets, fault: Fault): void {
  checkUnique(escalations, (row) => row.code, fault);
  const codes = codesOf(levels);
  escalations.rows.forEach((row, index) => {
    for (const level of row.level) {
      if (!codes.has(level, row)) fault(escalations, index, `紧急程度 “${level}” 不存在`);
    }
  });
}

/** Every order must find a rule, whatever its level and unit: on every day on which a row for all holds. */
function checkCallbacks({ callbacks, levels, units }: Sheets, fault: Fault): void {
  checkUnique(callbacks, (row) => row.code, fault);
  if (!callbacks.rows.some(({ level, unit }) => level.length + unit.length === 0)) {
    fault(callbacks, 0, '缺少不限级别和单位的一行（level、unit 都写 *）');
  }
  const [knownLevels, knownUnits] = [codesOf(levels), codesOf(units)];
  callbacks.rows.forEach((row, index) => {
    for (const level of row.level) {
      if (!knownLevels.has(level, row)) fault(callbacks, index, `紧急程度 “${level}” 不存在`);
    }
    for (const unit of row.unit) if (!knownUnits.has(unit, row)) fault(callbacks, index, `单位 “${unit}” 不存在`);
    if (row.toHour <= row.fromHour) fault(callbacks, index, 'to_hour 应大于 from_hour');
  });
}
