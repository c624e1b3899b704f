/** Which way the arrows between the parts point: the table of docs/ARCHITECTURE.md, as `architecture.test.ts` holds the source to it. */

/**
 * What each part may import of the features. A feature stands below those it imports, so that the list has no cycle;
 * the parts that are not features follow.
 */
export const arrows: Record<string, readonly string[]> = {
  text: [],
  catalog: [],
  access: [],
  classify: ['catalog', 'text'],
  place: ['catalog', 'text'],
  dispatch: ['catalog', 'text'],
  figures: ['catalog'],
  rollup: [],
  training: ['access', 'catalog', 'classify'],
  media: [],
  attachment: ['access', 'catalog', 'media'],
  workorder: ['access', 'attachment', 'catalog'],
  queue: ['access', 'workorder'],
  divisions: ['catalog'],
  group: ['access', 'catalog'],
  knowledge: ['access', 'catalog', 'text'],
  intake: ['access', 'catalog', 'classify', 'dispatch', 'group', 'knowledge', 'place', 'text', 'workorder'],
  link: ['access', 'catalog', 'intake', 'workorder'],
  complaint: ['access', 'attachment', 'catalog', 'intake', 'knowledge', 'link', 'text', 'workorder'],
  triage: ['access', 'catalog', 'intake', 'workorder'],
  verify: ['workorder'],
  assessment: ['access', 'catalog', 'figures', 'intake', 'rollup'],
  closing: ['access', 'assessment', 'catalog', 'figures', 'verify'],
  callback: ['access', 'catalog', 'closing', 'intake', 'workorder'],
  public: ['access', 'callback', 'catalog', 'intake'],
  exclusion: ['access', 'catalog', 'closing'],
  quality: ['catalog', 'figures', 'intake'],
  rules: ['access', 'catalog', 'dispatch', 'intake'],
  handling: ['access', 'catalog', 'workorder'],
  ruling: ['access', 'catalog', 'workorder'],
  watch: ['catalog', 'workorder'],
  outbox: ['access', 'catalog'],
  generate: [],
  audit: ['catalog'],
  privacy: ['access', 'catalog', 'text'],
  opendata: ['catalog', 'figures'],
  demo: ['access', 'callback', 'catalog', 'complaint', 'handling', 'intake', 'workorder'],
};
/** The same for what is no feature. */
export const others: Record<string, readonly string[]> = {
  // The seeds are checked and saved by the catalog; what is stored has the shapes that the intake and the links give it.
  db: ['access', 'assessment', 'catalog', 'classify', 'intake', 'knowledge', 'link', 'rollup', 'text', 'workorder'],
  http: ['access'],
  keys: [],
  files: [],
  'context.ts': ['catalog', 'classify', 'intake', 'outbox', 'text'],
  // The service is made of all features but those that only commands use.
  'app.ts': Object.keys(arrows).filter(
    (feature) =>
      !['demo', 'divisions', 'generate', 'opendata', 'rollup', 'training', 'verify', 'watch'].includes(feature),
  ),
  commands: [
    'access',
    'assessment',
    'audit',
    'catalog',
    'classify',
    'closing',
    'demo',
    'dispatch',
    'divisions',
    'figures',
    'generate',
    'intake',
    'opendata',
    'outbox',
    'privacy',
    'quality',
    'rollup',
    'training',
    'verify',
    'watch',
    'workorder',
  ],
  'main.ts': [],
  // The folder of the built-in models is its default.
  'config.ts': ['classify'],
  'logger.ts': [],
};
