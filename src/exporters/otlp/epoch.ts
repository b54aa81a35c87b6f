import type { StatisticsEpoch } from '../../pdata/reading.ts'

/** What became of a server's statistics between two readings. */
export type EpochChange =
  | { readonly kind: 'same' }
  /**
   * All witnesses were set to one moment after the sample, as a crash does. Not a proof that everything was zeroed:
   * pg_stat_reset_shared() without argument (17+) resets the witnesses within one microsecond and leaves the
   * counters of databases and relations alone.
   */
  | { readonly kind: 'zeroed'; readonly atMs: number }
  /** Another server, or other statistics of the same one: the numbers can't be compared. */
  | { readonly kind: 'other' }

/** @param sampledMs when the reading of `before` arrived */
export function compareEpochs(before: StatisticsEpoch, now: StatisticsEpoch, sampledMs: number): EpochChange {
  if (before === now) return { kind: 'same' }
  if (before.server !== now.server || before.witnesses.length !== now.witnesses.length) return { kind: 'other' }
  const unchanged = now.witnesses.some((witness, index) => witness.text === before.witnesses[index]?.text)
  if (unchanged || now.witnesses.length === 0) return { kind: 'same' }
  let atMs = 0
  for (const { timeMs } of now.witnesses) {
    if (timeMs === undefined || timeMs <= sampledMs) return { kind: 'other' }
    atMs = Math.max(atMs, timeMs)
  }
  // A single witness can't tell a crash from a reset by hand. Two resets by hand differ by microseconds.
  const oneMoment = now.witnesses.length > 1 && new Set(now.witnesses.map((witness) => witness.text)).size === 1
  return oneMoment ? { kind: 'zeroed', atMs } : { kind: 'same' }
}
