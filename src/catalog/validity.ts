/** From when to when a row of the reference data holds. Pure. */

export interface Validity {
  validFrom: string;
  validTo: string | null;
}

/** Whether a row is valid on a date (`YYYY-MM-DD`). ISO dates compare as strings. */
export function validOn(row: Validity, date: string): boolean {
  return row.validFrom <= date && (row.validTo === null || date < row.validTo);
}
