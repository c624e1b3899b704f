/** How much a shared word tells: the rarer among the stored complaints, the more. Pure. */

/** How common words are: the share of the stored complaints that hold a word, for the most common ones. */
export type WordShares = ReadonlyMap<string, number>;

/** The weight of a word, 0 to 1: 1 for every word that is not among the most common, and for all while nothing is counted. */
export function weighing(shares: WordShares): (word: string) => number {
  let rarest = 1;
  for (const share of shares.values()) if (share > 0 && share < rarest) rarest = share;
  if (rarest === 1) return () => 1;
  const scale = Math.log(rarest);
  return (word) => {
    const share = shares.get(word);
    return share === undefined || share <= 0 ? 1 : Math.max(0, Math.log(share) / scale);
  };
}
