import type { Point } from '../../pdata/batch.ts'
import type { Reading } from '../../pdata/reading.ts'
import type { Baseline, LastComplete } from './baseline.ts'
import { type Basis, basisOf } from './basis.ts'
import type { OutgoingPoint, Temporality } from './outgoing-point.ts'
import { difference, isCountable, toSendable } from './values.ts'

/** What becomes of one point, and the baseline that goes with it (`undefined` where none is kept). */
export type Verdict =
  | { readonly kind: 'send'; readonly point: OutgoingPoint; readonly baseline: Baseline | undefined }
  | { readonly kind: 'absorbed'; readonly reason: AbsorbReason; readonly baseline: Baseline }
  | { readonly kind: 'dropped'; readonly reason: 'invalid_value'; readonly baseline: Baseline | undefined }

export type AbsorbReason = 'first_sight' | 'zero' | 'reset_unknown' | 'rebaselined'

/** New Relic drops points older than 48 h; a delta's start is what it stores as the timestamp. */
const oldestStartMs = 47 * 3_600_000

/** Decides about one point. Pure: the same in every exporter, whatever is stored where. */
export function judge(
  point: Point,
  reading: Reading,
  baseline: Baseline | undefined,
  lastComplete: LastComplete | undefined,
  temporality: Temporality,
): Verdict {
  if (!point.series.metric.monotonic) return asItIs(point, reading)
  if (!isCountable(point.value, point.series.metric))
    return { kind: 'dropped', reason: 'invalid_value', baseline: seenOnly(point, reading, baseline) }
  const previous = baseline?.value
  const fell = previous !== undefined && point.value < previous
  const basis = basisOf({ fell, fallsWhenReset: false, token: point.token }, reading, baseline, lastComplete)
  const next: Baseline = {
    query: reading.query,
    value: point.value,
    timeMs: reading.timeMs,
    seenMs: reading.timeMs,
    sinceMs: sinceOf(basis, reading, baseline),
    ...(point.token === undefined ? {} : { token: point.token }),
    epoch: reading.epoch,
  }
  return temporality === 'delta' ? delta(point, reading, basis, previous ?? 0, next) : cumulative(point, reading, next)
}

function delta(point: Point, reading: Reading, basis: Basis, previous: number | bigint, next: Baseline): Verdict {
  if (basis.kind === 'none') return { kind: 'absorbed', reason: basis.reason, baseline: next }
  const value = toSendable(basis.kind === 'zero' ? point.value : difference(point.value, previous), point.series.metric)
  if (value === undefined) return { kind: 'dropped', reason: 'invalid_value', baseline: next }
  if (value === 0 && point.series.metric.zeros === 'skip') return { kind: 'absorbed', reason: 'zero', baseline: next }
  return send(point, value, deltaStartMs(basis.timeMs, reading), reading.timeMs, 'delta', next)
}

/** @param sinceMs when the delta's basis was read, or zeroed */
export function deltaStartMs(sinceMs: number, reading: Reading): number {
  // A stored baseline may be from a wall clock that was ahead of this one.
  return Math.min(Math.max(sinceMs, reading.timeMs - oldestStartMs), reading.timeMs - 1)
}

function cumulative(point: Point, reading: Reading, next: Baseline): Verdict {
  const value = toSendable(point.value, point.series.metric)
  if (value === undefined) return { kind: 'dropped', reason: 'invalid_value', baseline: next }
  const resetMs = point.token?.exact === true ? point.token.timeMs : undefined
  return send(point, value, Math.min(resetMs ?? next.sinceMs, reading.timeMs), reading.timeMs, 'cumulative', next)
}

function asItIs(point: Point, reading: Reading): Verdict {
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
): Verdict {
  return { kind: 'send', point: { series, value, startMs, endMs, temporality }, baseline }
}

/** The series exists, so absence can't be concluded from this reading; what it counted up to stays as it was. */
function seenOnly(point: Point, reading: Reading, baseline: Baseline | undefined): Baseline {
  if (baseline !== undefined) return { ...baseline, seenMs: reading.timeMs }
  const { query, timeMs, epoch } = reading
  const token = point.token === undefined ? {} : { token: point.token }
  return { query, value: undefined, timeMs, seenMs: timeMs, sinceMs: timeMs, ...token, epoch }
}

/** Where a cumulative point starts: at the time of first sight, or of the last reset that was seen. */
export function sinceOf(basis: Basis, reading: Reading, baseline: Baseline | undefined): number {
  switch (basis.kind) {
    case 'previous':
      return baseline?.sinceMs ?? reading.timeMs
    case 'zero':
      return basis.timeMs
    case 'none':
      // A value that fell was zeroed some time after the previous sample.
      return basis.reason === 'reset_unknown' ? (baseline?.timeMs ?? reading.timeMs) : reading.timeMs
    default:
      return basis satisfies never
  }
}
