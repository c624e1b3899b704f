/**
 * Makes the whole judgement of a complaint: segment once, classify, resolve the place, choose the unit. Pure.
 */
import type { Catalog, Leaf } from '../catalog/catalog.ts';
import type { UnitRef } from '../catalog/schemas.ts';
import { buildClassifier, type Classifier, type Verdict } from '../classify/classify.ts';
import { joinWords, type Words } from '../classify/fields.ts';
import type { Model } from '../classify/model.ts';
import type { Segmenter } from '../classify/segment.ts';
import { buildDispatcher, type Dispatcher, type Facts } from '../dispatch/choose.ts';
import { buildRouter, type Router } from '../dispatch/route.ts';
import { buildGazetteer, type Gazetteer } from '../place/gazetteer.ts';
import { resolvePlace } from '../place/resolve.ts';
import { normalize } from '../text/normalize.ts';
import { findDemands } from './demands.ts';
import { type Demand, isAtLeast, isMatterAccepted, type Judgement } from './judgement.ts';

/** What is judged, with the decisions a person has already taken; those replace the machine's. */
export interface Subject {
  title?: string | undefined;
  text: string;
  address?: string | undefined;
  /** A code or a name; where it names nothing it is ignored here and refused by the service. */
  district?: string | undefined;
  /** Code of the street that a person has named; it decides. */
  street?: string | undefined;
  caller?: string | undefined;
  need?: string | undefined;
  matter?: string | undefined;
  level?: string | undefined;
  type?: string | undefined;
}

/** Everything that turns words into a judgement under one catalog. */
export interface Judge {
  catalog: Catalog;
  gazetteer: Gazetteer;
  leaf(code: string): Leaf | undefined;
  /** The words alone, without place and unit: what `evaluate` times. */
  words(subject: Words): Verdict;
  /**
   * `own` is the machine's judgement without the decisions of a person, the same where there are none. `words` are the
   * segmented words of title and text, for search and for finding repeats.
   */
  judge(subject: Subject): { judgement: Judgement; own: Judgement; words: string[] };
  /** The demands in a text that holds several, each judged by itself; none where it holds one. `whole` is its judgement. */
  demands(subject: Subject, whole: Judgement): Demand[];
}

interface Parts {
  catalog: Catalog;
  classifier: Classifier;
  model: string;
  gazetteer: Gazetteer;
  dispatcher: Dispatcher;
  router: Router;
  leaves: ReadonlyMap<string, Leaf>;
}

const round = (value: number) => Math.round(value * 100) / 100;
const unitRef = ({ code, name, kind }: UnitRef): UnitRef => ({ code, name, kind });

const isDecided = ({ need, matter, level, type }: Subject) => (need ?? matter ?? level ?? type) !== undefined;
const undecided = ({ need, matter, level, type, ...words }: Subject): Subject => words;

export function buildJudge(catalog: Catalog, segmenter: Segmenter, model: Model): Judge {
  const parts: Parts = {
    catalog,
    classifier: buildClassifier(catalog, model),
    model: model.name,
    gazetteer: buildGazetteer(catalog.data.divisions, catalog.data.areas, catalog.data.landmarks),
    dispatcher: buildDispatcher(catalog),
    router: buildRouter(catalog),
    leaves: new Map(catalog.leaves.map((leaf) => [leaf.code, leaf])),
  };
  return {
    catalog,
    gazetteer: parts.gazetteer,
    leaf: (code) => parts.leaves.get(code),
    words: (subject) => {
      const joined = joinWords(subject);
      return parts.classifier.classify({ ...subject, joined }, segmenter.cut(joined));
    },
    judge: (subject) => {
      const joined = joinWords(subject);
      const words = segmenter.cut(joined);
      const found = read(subject, joined, words, parts);
      const judgement = judge(subject, found, parts);
      const own = isDecided(subject) ? judge(undecided(subject), found, parts) : judgement;
      return { words, judgement, own };
    },
    demands: (subject, whole) => demandsOf(subject, whole, parts, segmenter),
  };
}

/** A part of a text mostly leaves out the place: then it is the place of the whole. */
function demandsOf(subject: Subject, whole: Judgement, parts: Parts, segmenter: Segmenter): Demand[] {
  const { splitMarked, splitUnmarked } = parts.catalog.judgement;
  const rule = { marked: splitMarked / 10_000, unmarked: splitUnmarked / 10_000 };
  const classify = (text: string) => {
    const joined = joinWords({ text });
    const { matter, needs, known } = parts.classifier.classify({ text, joined }, []);
    return { matter: matter.code, confidence: matter.confidence, need: needs[0]?.code ?? '', known };
  };
  return findDemands(normalize(subject.text), classify, rule).map(({ start, end }) => {
    const { title, text: all, ...given } = subject;
    const text = all.slice(start, end);
    const joined = joinWords({ text });
    const own = { ...given, text };
    const found = read(own, joined, segmenter.cut(joined), parts);
    const street = found.place.status === 'unknown' ? whole.place.street?.code : undefined;
    const place = street === undefined ? found.place : placeOf({ ...own, street }, parts);
    const { matter, need, type, level, dispatch } = judge(own, { ...found, place }, parts);
    return { text, start, end, matter, need, type, level, dispatch };
  });
}

/** What the words say, whatever a person decides: found once, and shared by the judgements with and without his decisions. */
interface Found {
  joined: string;
  verdict: Verdict;
  place: Judgement['place'];
}

function read(subject: Subject, joined: string, words: readonly string[], parts: Parts): Found {
  const { title, text } = subject;
  return { joined, verdict: parts.classifier.classify({ title, text, joined }, words), place: placeOf(subject, parts) };
}

function judge(
  subject: Subject,
  { joined, verdict, place }: Found,
  { catalog, model, dispatcher, router, leaves }: Parts,
): Judgement {
  const given = subject.matter === undefined ? undefined : leaves.get(subject.matter);
  const matter = matterOf(verdict, given);
  const need = needOf(verdict, subject.need ?? given?.need, catalog);
  const type = subject.type
    ? { code: subject.type, confidence: 1 }
    : { code: verdict.type.code, confidence: round(verdict.type.confidence) };
  const level = subject.level
    ? { code: subject.level, reason: '人工指定' }
    : levelOf(verdict, given ?? verdict.leaves[0]?.leaf, catalog.judgement.defaultLevel);
  const leaf = given ?? verdict.leaves[0]?.leaf ?? null;
  const facts = factsOf({ need, matter, type, level, place }, leaf, subject.caller ?? 'person', catalog);
  const { status, lead, co, rule, reason, runnersUp } = dispatcher.choose(facts);
  const { emergency, disposition } = router.offer(joined, facts);
  return {
    need,
    matter,
    type,
    model,
    level,
    place,
    dispatch: {
      status,
      lead: lead && unitRef(lead),
      co: co.map(unitRef),
      rule,
      reason,
      runnersUp: runnersUp.map((one) => ({ rule: one.rule, lead: unitRef(one.lead), reason: one.reason })),
      emergency,
    },
    disposition,
    evidence: verdict.evidence,
  };
}

type Told = Pick<Judgement, 'need' | 'matter' | 'type' | 'level' | 'place'>;

/** What the choice of the unit rests on, from a judgement just made or one that was stored. */
export function factsOf(
  { need, matter, type, level, place }: Told,
  leaf: Leaf | null,
  caller: string,
  { judgement }: Pick<Catalog, 'judgement'>,
): Facts {
  const isKnown = place.status !== 'outside' && place.status !== 'unknown';
  const unsure = isKnown && !isAtLeast(place.confidence, judgement.acceptPlace);
  return {
    leaf,
    matterAccepted: isMatterAccepted({ need, matter }, judgement),
    placeStatus: unsure ? 'ambiguous' : place.status,
    district: place.district?.code ?? null,
    street: place.street?.code ?? null,
    type: type.code,
    level: level.code,
    caller,
  };
}

/** The level that danger or an outage in the words sets by itself; else the matter's own. */
function levelOf({ alarm, evidence }: Verdict, leaf: Leaf | undefined, defaultLevel: string): Judgement['level'] {
  if (alarm !== null) {
    const words = evidence.flatMap(({ text, for: kind }) => (kind === 'level' ? [`“${text}”`] : []));
    const told = words.length > 0 ? `文中${words.join('、')}` : '按全文';
    return { code: alarm.level, reason: `${told}，紧急的可能性 ${Math.floor(alarm.chance * 100)}%` };
  }
  if (leaf === undefined) return { code: defaultLevel, reason: '事项不明，按一般诉求' };
  return { code: leaf.level, reason: `事项“${leaf.name}”的默认级别` };
}

/** The place of the words; a street that a person has named decides, and the words may only add a community of it. */
function placeOf(subject: Subject, { gazetteer, catalog }: Parts): Judgement['place'] {
  const found = resolvePlace(gazetteer, subject);
  const street = subject.street === undefined ? undefined : catalog.divisions.get(subject.street);
  if (street === undefined) return found;
  const district = catalog.divisions.get(street.parent ?? '');
  const own = found.street?.code === street.code;
  return {
    ...found,
    status: 'resolved',
    district: district ? { code: district.code, name: district.name } : null,
    street: { code: street.code, name: street.name },
    community: own ? found.community : null,
    confidence: 1,
    evidence: own ? found.evidence : street.name,
    conflict: null,
  };
}

/** The others beside the one that was taken. */
function alternatives<One extends { code: string }>(rated: readonly One[], taken: string): One[] {
  return rated.filter(({ code }) => code !== taken);
}

function matterOf(verdict: Verdict, given: Leaf | undefined): Judgement['matter'] {
  const rated = verdict.leaves.map(({ leaf, confidence }) => ({
    code: leaf.code,
    path: leaf.path,
    confidence: round(confidence),
  }));
  const first = rated[0];
  if (first === undefined) throw new Error('the catalog has no leaves');
  const { code, path, confidence } = given ? { code: given.code, path: given.path, confidence: 1 } : first;
  const own = given === undefined ? verdict.matter : { code: given.code.split('.')[0] ?? given.code, confidence: 1 };
  const firstLevel = { code: own.code, confidence: round(own.confidence) };
  return { code, path, confidence, firstLevel, alternatives: alternatives(rated, code) };
}

function needOf(verdict: Verdict, given: string | undefined, { needs, judgement }: Catalog): Judgement['need'] {
  const rated = verdict.needs.map(({ code, confidence }) => ({
    code,
    name: needs.get(code)?.name ?? code,
    confidence: round(confidence),
  }));
  const first = rated[0];
  if (first === undefined) throw new Error('the catalog has no needs');
  if (given !== undefined) {
    const name = needs.get(given)?.name ?? given;
    return { code: given, name, confidence: 1, accepted: true, alternatives: alternatives(rated, given) };
  }
  const { code, name, confidence } = first;
  const accepted = verdict.known && isAtLeast(confidence, judgement.acceptNeed);
  return { code, name, confidence, accepted, alternatives: alternatives(rated, code) };
}
