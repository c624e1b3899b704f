/**
 * What the rollups count, by name. Each measure belongs to one kind of line: a thing that happened to a case on a day, of a unit.
 * Pure.
 */

/** What a row of a report stands for where a case has none of it. */
export const noKey = 'none';

/** A line says that a case was received, closed, answered in a call-back, dispatched or replied, or what the clocks and the desk did. */
export const sources = ['received', 'closed', 'answered', 'dispatched', 'replied', 'watched'] as const;
export type LineSource = (typeof sources)[number];

export const measures = [
  // received
  'volume',
  'by_phone',
  'direct',
  'routed',
  'waiting',
  'has_phone',
  'linked',
  'grouped',
  // closed
  'closed',
  // answered
  'valid',
  'contacted',
  'resolved',
  'satisfied',
  'basic',
  'dissatisfied',
  // dispatched
  'dispatched',
  'signed_on_time',
  'signed_late',
  'contacted_on_time',
  'contacted_late',
  'returned',
  // replied
  'replied',
  'replied_on_time',
  'extended',
  'bounced',
  'lost_ms',
  // watched
  'overdue',
  'overdue_sign',
  'overdue_contact',
  'overdue_reply',
  'overdue_report',
  'overdue_review',
  'remind',
  'supervise',
  'supervise_by_hand',
  'escalate',
] as const;
export type Measure = (typeof measures)[number];

/** Milliseconds of a month over all cases are more than four bytes hold. */
export const isLarge = (measure: Measure): boolean => measure === 'lost_ms';

/** What a cell can stand for: the dimensions of the reports, matters by level, and second-level matters by district (热点). */
export const cellDimensions = [
  'unit',
  'kind',
  'district',
  'street',
  'matter1',
  'matter2',
  'matter3',
  'need',
  'channel',
  'type',
  'level',
  'day',
  'hour',
  'hot',
] as const;
export type CellDimension = (typeof cellDimensions)[number];

/** Of the dimensions, those that are asked for hours of handling. */
export const hourDimensions = cellDimensions.filter((by) => by !== 'hour' && by !== 'hot');
