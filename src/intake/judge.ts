/**
 * Makes the whole judgement of a complaint: segment once, classify, resolve the place, choose the unit. Pure.
 */
import type { Catalog, Leaf } from '../catalog/catalog.ts';
import { buildClassifier, type Classifier, type Verdict } from '../classify/classify.ts';
import type { Segmenter } from '../classify/segment.ts';
import { buildDispatcher, type Dispatcher } from '../dispatch/choose.ts';
import { buildGazetteer, type Gazetteer } from '../place/gazetteer.ts';
import { resolvePlace } from '../place/resolve.ts';
import { normalize } from '../text/normalize.ts';
import type { Judgement } from './judgement.ts';

/** What is judged, with the decisions a person has already taken; those replace the machine's. */
export interface Subject {
  title?: string | undefined;
  text: string;
  address?: string | undefined;
  /** A code or a name; where it names nothing it is ignored here and refused by the service. */
  district?: string | undefined;
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
  /** `words` are the segmented words of title and text, for search and for finding repeats. */
  judge(subject: Subject): { judgement: Judgement; words: string[] };
}

interface Parts {
  catalog: Catalog;
  classifier: Classifier;
  gazetteer: Gazetteer;
  dispatcher: Dispatcher;
  leaves: ReadonlyMap<string, Leaf>;
}

const round = (value: number) => Math.round(value * 100) / 100;
const isAtLeast = (confidence: number, basisPoints: number) => confidence * 10_000 >= basisPoints;
const unitRef = ({ code, name, kind }: Judgement['dispatch']['co'][number]) => ({ code, name, kind });

export function buildJudge(catalog: Catalog, segmenter: Segmenter): Judge {
  const parts: Parts = {
    catalog,
    classifier: buildClassifier(catalog),
    gazetteer: buildGazetteer(catalog.data.divisions, catalog.data.areas),
    dispatcher: buildDispatcher(catalog),
    leaves: new Map(catalog.leaves.map((leaf) => [leaf.code, leaf])),
  };
  return {
    catalog,
    gazetteer: parts.gazetteer,
    leaf: (code) => parts.leaves.get(code),
    judge: (subject) => ({
      words: segmenter.cut(normalize(subject.title ? `${subject.title}\n${subject.text}` : subject.text)),
      judgement: judge(subject, parts),
    }),
  };
}

function judge(subject: Subject, { catalog, classifier, gazetteer, dispatcher, leaves }: Parts): Judgement {
  const verdict = classifier.classify(subject);
  const place = resolvePlace(gazetteer, subject);
  const matter = matterOf(subject, verdict, leaves);
  const need = needOf(subject, verdict, catalog, leaves);
  const type = subject.type
    ? { code: subject.type, confidence: 1 }
    : { ...verdict.type, confidence: round(verdict.type.confidence) };
  const level = subject.level ? { code: subject.level, reason: '人工指定' } : verdict.level;
  const { acceptMatter, acceptPlace } = catalog.judgement;
  const sure = place.status === 'outside' || place.status === 'unknown' || isAtLeast(place.confidence, acceptPlace);
  const choice = dispatcher.choose({
    leaf: leaves.get(matter.code) ?? null,
    matterAccepted: need.accepted && isAtLeast(matter.confidence, acceptMatter),
    placeStatus: sure ? place.status : 'ambiguous',
    district: place.district?.code ?? null,
    street: place.street?.code ?? null,
    type: type.code,
    level: level.code,
    caller: subject.caller ?? 'person',
  });
  return {
    need,
    matter,
    type,
    level,
    place,
    dispatch: { ...choice, lead: choice.lead && unitRef(choice.lead), co: choice.co.map(unitRef) },
    evidence: verdict.evidence,
  };
}

function matterOf(subject: Subject, verdict: Verdict, leaves: ReadonlyMap<string, Leaf>): Judgement['matter'] {
  const rated = verdict.leaves.map(({ leaf, confidence }) => ({
    code: leaf.code,
    path: leaf.path,
    confidence: round(confidence),
  }));
  const given = subject.matter === undefined ? undefined : leaves.get(subject.matter);
  const [first, ...others] = rated;
  if (given !== undefined) {
    const alternatives = rated.filter(({ code }) => code !== given.code).slice(0, 2);
    return { code: given.code, path: given.path, confidence: 1, alternatives };
  }
  if (first === undefined) throw new Error('the catalog has no leaves');
  return { ...first, alternatives: others };
}

function needOf(
  subject: Subject,
  verdict: Verdict,
  catalog: Catalog,
  leaves: ReadonlyMap<string, Leaf>,
): Judgement['need'] {
  const nameOf = (code: string) => catalog.needs.get(code)?.name ?? code;
  const rated = verdict.needs.map(({ code, confidence }) => ({
    code,
    name: nameOf(code),
    confidence: round(confidence),
  }));
  const given = subject.need ?? (subject.matter === undefined ? undefined : leaves.get(subject.matter)?.need);
  if (given !== undefined) {
    const alternatives = rated.filter(({ code }) => code !== given).slice(0, 2);
    return { code: given, name: nameOf(given), confidence: 1, accepted: true, alternatives };
  }
  const [first, ...alternatives] = rated;
  if (first === undefined) throw new Error('the catalog has no needs');
  return {
    ...first,
    accepted: verdict.known && isAtLeast(first.confidence, catalog.judgement.acceptNeed),
    alternatives,
  };
}
