import type { StatisticsEpoch } from '../pdata/reading.ts'

/** What became of a server's statistics between two readings. */
export type EpochChange =
  | { readonly kind: 'same' }
  /**
   * All witnesses were set to one moment after the sample, as a crash does. Proven only if the server's processes started
   * anew as well: pg_stat_reset_shared() without argument (17+) resets the witnesses within one microsecond and leaves
   * the counters of databases and relations alone.
   */
  | { readonly kind: 'zeroed'; readonly atMs: number; readonly proven: boolean }
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
  const restart = compareIncarnations(before, now, sampledMs)
  // A crash ends all processes, so these were reset by hand.
  if (restart === 'none') return { kind: 'same' }
  if (restart === 'before the sample') return { kind: 'other' }
  // One witness alone looks the same after a crash and after a reset by hand.
  const oneMoment = now.witnesses.length > 1 && new Set(now.witnesses.map((witness) => witness.text)).size === 1
  if (oneMoment) return { kind: 'zeroed', atMs, proven: restart === 'since the sample' }
  // Processes that started anew, and statistics that no crash zeroed: another server took over.
  return restart === 'since the sample' ? { kind: 'other' } : { kind: 'same' }
}

/** When the server's present processes were started, as far as that is known. */
function compareIncarnations(
  before: StatisticsEpoch,
  now: StatisticsEpoch,
  sampledMs: number,
): 'unknown' | 'none' | 'since the sample' | 'before the sample' {
  if (before.incarnation === undefined || now.incarnation?.timeMs === undefined) return 'unknown'
  if (before.incarnation.text === now.incarnation.text) return 'none'
  return now.incarnation.timeMs > sampledMs ? 'since the sample' : 'before the sample'
}
