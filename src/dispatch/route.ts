/**
 * Recognises what an order alone does not settle: an emergency for 110/119/120/122 and matters with a way of their own by law.
 * Only offered: a person decides (docs/domain.md, 1). All words are found in one scan of the text.
 */
import { type Catalog, emergencyLevel } from '../catalog/catalog.ts';
import { type EmergencyNumber, emergencyNumbers, type Route } from '../catalog/types.ts';
import { buildMatcher } from '../text/matcher.ts';
import { normalize } from '../text/normalize.ts';
import { coversMatter, type Facts } from './choose.ts';

/** The emergency channel that is to be told at once. */
export interface Emergency {
  channel: EmergencyNumber;
  reason: string;
}

/** What the machine proposes to do with the complaint; `route` is the code of the row of routes.csv. */
export interface Disposition {
  kind: 'dispatch' | 'redirected' | 'handover';
  route: string | null;
  reason: string;
}

export interface Offer {
  emergency: Emergency | null;
  disposition: Disposition;
}

type Known = Pick<Facts, 'leaf' | 'matterAccepted' | 'level'>;

export interface Router {
  /** `text` must be normalised. */
  offer(text: string, facts: Known): Offer;
}

/** A row with the words of the text that it was met by. */
interface Met {
  route: Route;
  word: string | null;
}

const nothing: Offer = { emergency: null, disposition: { kind: 'dispatch', route: null, reason: '' } };

export function buildRouter({ data, leaves }: Catalog): Router {
  const routes = data.routes.toSorted((a, b) => (a.code < b.code ? -1 : 1));
  const words = [...new Set(routes.flatMap((route) => route.words.map(normalize)))];
  const meant = words.map((word) => routes.filter((route) => route.words.some((one) => normalize(one) === word)));
  const matcher = buildMatcher(words);
  const byMatter = routes.filter((route) => route.words.length === 0);
  const wordless = new Map(leaves.map(({ code }) => [code, byMatter.filter((route) => coversMatter(route, code))]));

  return {
    offer(text, facts) {
      const urgent = facts.level === emergencyLevel;
      const mayBe = (route: Route) => {
        if (route.kind === 'handover' ? !urgent : route.words.length === 0 && !facts.matterAccepted) return false;
        return route.matter === '*' || (facts.leaf !== null && coversMatter(route, facts.leaf.code));
      };
      const met: Met[] = [];
      const { count, spans } = matcher.scan(text);
      for (let at = 0; at < count; at += 1) {
        const index = spans[at * 3] as number;
        for (const route of meant[index] ?? []) if (mayBe(route)) met.push({ route, word: words[index] ?? null });
      }
      for (const route of wordless.get(facts.leaf?.code ?? '') ?? []) if (mayBe(route)) met.push({ route, word: null });
      return met.length === 0 ? nothing : choose(met);
    },
  };
}

/** The first row of each kind, by code; an emergency comes before the ways by law. */
function choose(met: readonly Met[]): Offer {
  const first = (kind: Route['kind']) =>
    met
      .filter(({ route }) => route.kind === kind)
      .reduce<Met | null>((best, one) => (best === null || one.route.code < best.route.code ? one : best), null);
  const urgent = first('handover');
  const channel = emergencyNumbers.find((number) => number === urgent?.route.target);
  const emergency = urgent === null || channel === undefined ? null : { channel, reason: told(urgent) };
  const taken = urgent?.route.alone ? urgent : first('redirected');
  if (taken === null) return { ...nothing, emergency };
  const { kind, code } = taken.route;
  return { emergency, disposition: { kind, route: code, reason: told(taken) } };
}

function told({ route, word }: Met): string {
  return word === null ? route.reason : `文中“${word}”：${route.reason}`;
}
