/** Which seed files a city's folder must hold, and which it may leave to others. */

/**
 * Files that hold for the whole country and fall back to the built-in folder where a city brings none of its own.
 * All others describe one city and must stand in its folder.
 */
export const nationalFiles: ReadonlySet<string> = new Set([
  'needs.csv',
  'types.csv',
  'levels.csv',
  'calendar.csv',
  'matters.csv',
  'lexicon.csv',
  'guard.csv',
  'routes.csv',
  'assessment.csv',
  'judgement.csv',
  'alarms.csv',
  'handling.csv',
  'escalations.csv',
  'callbacks.csv',
  'exclusions.csv',
  'classes.csv',
  'retention.csv',
]);

/**
 * Files that a city need not bring and that nobody brings for it: without them nothing
 * differs by place, no landmark is known, the knowledge base starts empty, and nothing is counted by population.
 */
export const optionalFiles: ReadonlySet<string> = new Set([
  'landmarks.csv',
  'local-units.csv',
  'knowledge.csv',
  'population.csv',
]);
