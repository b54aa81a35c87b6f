import type { Point } from '../pdata/batch.ts'
import type { Reading, ResetToken } from '../pdata/reading.ts'
import type { Baseline, LastComplete } from './baseline.ts'
import { difference, isCountable, toSendable } from './counter-values.ts'
import type { OutgoingPoint, Temporality } from './outgoing-point.ts'
import { detectReset, type ResetDetection } from './reset-detection.ts'

/** What becomes of one point, and the baseline that goes with it (`undefined` where none is kept). */
export type DeltaOutcome =
  | { readonly kind: 'send'; readonly point: OutgoingPoint; readonly baseline: Baseline | undefined }
  | { readonly kind: 'absorbed'; readonly reason: AbsorbReason; readonly baseline: Baseline }
  | { readonly kind: 'dropped'; readonly reason: 'invalid_value'; readonly baseline: Baseline | undefined }

export type AbsorbReason = 'first_sight' | 'zero' | 'reset_unknown' | 'rebaselined'

/** New Relic drops points older than 48 h; a delta's start is what it stores as the timestamp. */
const oldestStartMs = 47 * 3_600_000

/** What becomes of one point. Pure: the same in every exporter, wherever its baselines are stored. */
export function deltaOutcome(
  point: Point,
  reading: Reading,
  baseline: Baseline | undefined,
  lastComplete: LastComplete | undefined,
  temporality: Temporality,
): DeltaOutcome {
  if (!point.series.metric.monotonic) return asItIs(point, reading)
  if (!isCountable(point.value, point.series.metric))
    return { kind: 'dropped', reason: 'invalid_value', baseline: seenOnly(point, reading, baseline) }
  const previous = baseline?.value
  const fell = previous !== undefined && point.value < previous
  const detected = detectReset({ fell, fallsWhenReset: false, token: point.token }, reading, baseline, lastComplete)
  const { query, timeMs, epoch } = reading
  const { value, token } = point
  const sinceMs = beforeEnd(sinceOf(detected, reading, baseline, token), reading)
  // Spelled out twice: a spread costs more than all the rest.
  const next: Baseline =
    token === undefined
      ? { query, value, timeMs, seenMs: timeMs, sinceMs, epoch }
      : { query, value, timeMs, seenMs: timeMs, sinceMs, token, epoch }
  return temporality === 'delta'
    ? delta(point, reading, detected, previous ?? 0, next)
    : cumulative(point, reading, next)
}

function delta(
  point: Point,
  reading: Reading,
  detected: ResetDetection,
  previous: number | bigint,
  next: Baseline,
): DeltaOutcome {
  if (detected.kind === 'none') return { kind: 'absorbed', reason: detected.reason, baseline: next }
  const value = toSendable(
    detected.kind === 'zero' ? point.value : difference(point.value, previous),
    point.series.metric,
  )
  if (value === undefined) return { kind: 'dropped', reason: 'invalid_value', baseline: next }
  if (value === 0 && point.series.metric.zeros === 'skip') return { kind: 'absorbed', reason: 'zero', baseline: next }
  return send(point, value, deltaStartMs(detected.timeMs, reading), reading.timeMs, 'delta', next)
}

/** @param sinceMs when the value was read that the delta is counted from, or when the counter was zeroed */
export function deltaStartMs(sinceMs: number, reading: Reading): number {
  // A stored baseline may be from a wall clock that was ahead of this one.
  return beforeEnd(Math.max(sinceMs, reading.timeMs - oldestStartMs), reading)
}

function cumulative(point: Point, reading: Reading, next: Baseline): DeltaOutcome {
  const value = toSendable(point.value, point.series.metric)
  if (value === undefined) return { kind: 'dropped', reason: 'invalid_value', baseline: next }
  return send(point, value, next.sinceMs, reading.timeMs, 'cumulative', next)
}

/** A start that is before the point's end: the server's clock may be a little ahead of what was measured. */
export function beforeEnd(startMs: number, reading: Reading): number {
  return Math.min(startMs, reading.timeMs - 1)
}

function asItIs(point: Point, reading: Reading): DeltaOutcome {
  const value = toSendable(point.value, point.series.metric)
  if (value === undefined) return { kind: 'dropped', reason: 'invalid_value', baseline: undefined }
  return send(point, value, reading.timeMs, reading.timeMs, 'cumulative', undefined)
}

function send(
  { series }: Point,
  value: number,
  startMs: number,
  endMs: number,
  temporality: Temporality,
  baseline: Baseline | undefined,
): DeltaOutcome {
  return { kind: 'send', point: { series, value, startMs, endMs, temporality }, baseline }
}

/** The series exists, so absence can't be concluded from this reading; what it counted up to stays as it was. */
function seenOnly(point: Point, reading: Reading, baseline: Baseline | undefined): Baseline {
  if (baseline !== undefined) return { ...baseline, seenMs: reading.timeMs }
  const { query, timeMs, epoch } = reading
  const seen = { query, value: undefined, timeMs, seenMs: timeMs, sinceMs: timeMs, epoch }
  return point.token === undefined ? seen : { ...seen, token: point.token }
}

/**
 * Where a cumulative point starts: at the last reset that was seen, or else when the counter can have begun. It is kept
 * from point to point: a token has another time with each offset that is measured, and a start that moves is a reset to
 * whoever reads it.
 */
export function sinceOf(
  detected: ResetDetection,
  reading: Reading,
  baseline: Baseline | undefined,
  token: ResetToken | undefined,
): number {
  switch (detected.kind) {
    case 'previous':
      return baseline?.sinceMs ?? earliestMs(reading, token)
    case 'zero':
      return detected.timeMs
    case 'none':
      // A value that fell was zeroed some time after the previous sample.
      return detected.reason === 'reset_unknown' && baseline !== undefined
        ? baseline.timeMs
        : earliestMs(reading, token)
    default:
      return detected satisfies never
  }
}

/**
 * When the counter began, if its token says so exactly; else the earliest moment that the reading names: the server counted
 * then already, or since before. A start close to the reading would spread all that was ever counted over a moment.
 */
function earliestMs({ epoch, startedMs }: Reading, token: ResetToken | undefined): number {
  if (token?.exact === true && token.timeMs !== undefined) return token.timeMs
  const known = [token, ...epoch.witnesses, epoch.incarnation].flatMap((one) => one?.timeMs ?? [])
  return Math.min(startedMs, ...known)
}
