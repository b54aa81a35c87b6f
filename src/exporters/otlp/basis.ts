import type { Point } from '../../pdata/batch.ts'
import type { Reading } from '../../pdata/reading.ts'
import type { Baseline, LastComplete } from './baseline.ts'
import { compareEpochs } from './epoch.ts'

/** What a counter's value is to be compared with: the one rule for which increments count. */
export type Basis =
  /** The previous value: the difference counts. */
  | { readonly kind: 'previous'; readonly value: number | bigint; readonly timeMs: number }
  /** The counter began at zero at that time, or was zeroed then: all of the value counts. */
  | { readonly kind: 'zero'; readonly timeMs: number }
  /** Not known: nothing counts. When in doubt too little, never a spike. */
  | { readonly kind: 'none'; readonly reason: 'first_sight' | 'reset_unknown' | 'rebaselined' }

/** @param point a counter's point whose value is a number that can be compared */
export function basisOf(
  point: Point,
  reading: Reading,
  baseline: Baseline | undefined,
  lastComplete: LastComplete | undefined,
): Basis {
  if (lastComplete !== undefined && wasAbsent(baseline, lastComplete) && provesAbsence(lastComplete, reading)) {
    return { kind: 'zero', timeMs: lastComplete.timeMs }
  }
  if (baseline?.value === undefined) return { kind: 'none', reason: 'first_sight' }

  const change = compareEpochs(baseline.epoch, reading.epoch, baseline.timeMs)
  if (change.kind === 'other') return { kind: 'none', reason: 'rebaselined' }
  if (change.kind === 'zeroed' && change.proven) return { kind: 'zero', timeMs: change.atMs }

  const token = changedToken(point, baseline)
  if (point.value >= baseline.value) {
    // Only an exact token that moved since the sample proves that a value which didn't fall was counted from zero.
    const zeroedMs = token?.exact === true && token.timeMs !== undefined ? token.timeMs : -Infinity
    return zeroedMs > baseline.timeMs
      ? { kind: 'zero', timeMs: zeroedMs }
      : { kind: 'previous', value: baseline.value, timeMs: baseline.timeMs }
  }
  if (token !== undefined) return { kind: 'zero', timeMs: Math.max(token.timeMs ?? 0, baseline.timeMs) }
  if (change.kind === 'zeroed') return { kind: 'zero', timeMs: change.atMs }
  return { kind: 'none', reason: 'reset_unknown' }
}

function wasAbsent(baseline: Baseline | undefined, lastComplete: LastComplete): boolean {
  return baseline === undefined || baseline.seenMs < lastComplete.startedMs
}

function provesAbsence(lastComplete: LastComplete, reading: Reading): boolean {
  return (
    lastComplete.filter === reading.filter &&
    compareEpochs(lastComplete.epoch, reading.epoch, lastComplete.timeMs).kind === 'same'
  )
}

function changedToken(point: Point, baseline: Baseline): Point['token'] {
  return baseline.token !== undefined && point.token?.text !== baseline.token.text ? point.token : undefined
}
