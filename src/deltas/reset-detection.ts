import type { Reading, ResetToken } from '../pdata/reading.ts'
import type { Baseline, LastComplete } from './baseline.ts'
import { compareEpochs } from './epoch.ts'

/** What a counter's value is to be compared with: the one rule for which increments count. */
export type ResetDetection =
  /** The previous value: the difference counts. */
  | { readonly kind: 'previous'; readonly timeMs: number }
  /** The counter began at zero at that time, or was zeroed then: all of the value counts. */
  | { readonly kind: 'zero'; readonly timeMs: number }
  /** Not known: nothing counts. When in doubt too little, never a spike. */
  | { readonly kind: 'none'; readonly reason: 'first_sight' | 'reset_unknown' | 'rebaselined' }

/** From the moment that a statement reads to the arrival of its result, at most: the statement's own timeout and a bit. */
const readingMs = 10_000

/** A counter that can be compared with its baseline, or all counters of a row together. */
export interface Compared {
  /** Whether its value is below the baseline's. */
  readonly fell: boolean
  /** A fall alone proves that it was counted from zero since (never so of a sum over things that come and go). */
  readonly fallsWhenReset: boolean
  readonly token: ResetToken | undefined
}

/** @param baseline `undefined` also where it has no value to compare with */
export function detectReset(
  { fell, fallsWhenReset, token: now }: Compared,
  reading: Reading,
  baseline: Baseline | undefined,
  lastComplete: LastComplete | undefined,
): ResetDetection {
  if (lastComplete !== undefined && wasAbsent(baseline, lastComplete)) {
    const timeMs = bornSinceMs(lastComplete, reading)
    if (timeMs !== undefined) return { kind: 'zero', timeMs }
  }
  if (baseline === undefined || (baseline.value === undefined && baseline.row === undefined)) {
    return { kind: 'none', reason: 'first_sight' }
  }

  const change = compareEpochs(baseline.epoch, reading.epoch, baseline.timeMs)
  if (change.kind === 'other') return { kind: 'none', reason: 'rebaselined' }
  if (change.kind === 'zeroed' && change.proven) return { kind: 'zero', timeMs: change.atMs }

  const token = changedToken(now, baseline)
  if (!fell) {
    // Only an exact token that moved proves that a value which didn't fall was counted from zero. Its time may be a little
    // before the sample's: a result arrives after it was read.
    const moved = token?.exact === true && token.timeMs !== undefined && token.timeMs > baseline.timeMs - readingMs
    return moved
      ? { kind: 'zero', timeMs: Math.max(token.timeMs, baseline.timeMs) }
      : { kind: 'previous', timeMs: baseline.timeMs }
  }
  if (token !== undefined) return { kind: 'zero', timeMs: Math.max(token.timeMs ?? 0, baseline.timeMs) }
  if (change.kind === 'zeroed') return { kind: 'zero', timeMs: change.atMs }
  if (fallsWhenReset) return { kind: 'zero', timeMs: baseline.timeMs }
  return { kind: 'none', reason: 'reset_unknown' }
}

function wasAbsent(baseline: Baseline | undefined, lastComplete: LastComplete): boolean {
  return baseline === undefined || baseline.seenMs < lastComplete.startedMs
}

/** Since when a counter has counted that wasn't in that result; `undefined` where that isn't sure. */
function bornSinceMs({ filter, epoch, timeMs }: LastComplete, reading: Reading): number | undefined {
  if (filter !== reading.filter) return undefined
  const change = compareEpochs(epoch, reading.epoch, timeMs)
  if (change.kind === 'same') return timeMs
  return change.kind === 'zeroed' && change.proven ? change.atMs : undefined
}

function changedToken(now: ResetToken | undefined, baseline: Baseline): ResetToken | undefined {
  return baseline.token !== undefined && now?.text !== baseline.token.text ? now : undefined
}
