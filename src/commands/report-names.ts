/** The reports of the command line, in the order of its help. */
export const reportNames = [
  'rates',
  'ranking',
  'exclusions',
  'needs',
  'volume',
  'timeliness',
  'supervision',
  'hot',
  'repeats',
  'quality',
  'bulletin',
] as const;
export type ReportName = (typeof reportNames)[number];
