import type { TrueCounter, Truth } from './truth.ts'

/** What the sum of a series' deltas may be. */
export interface Bounds {
  /** What two readings that look at these counters, and at when they were reset, can't have missed. */
  readonly lower: number
  /** What was really counted. */
  readonly upper: number
  /** Whether it began or was zeroed in between: then no window covers the time before that. */
  readonly zeroed: boolean
}

/** The server's own counters at some moment between two scrapes. */
export interface Note {
  readonly truth: Truth
  /** Whether all of them had begun anew since the note before. */
  readonly crashed: boolean
}

/** The server's own counters around two scrapes, in order of time. */
export interface Course {
  /** Read right before and right after the previous scrape; none at the first one. */
  readonly previous: { readonly before: Truth; readonly after: Truth } | undefined
  /** Read since then, at least before and after what zeroes counters. */
  readonly between: readonly Note[]
  readonly before: Truth
  readonly after: Truth
}

/**
 * The bounds of every series that the last scrape of a course could see.
 * @param place what the identities begin with of those that it looked at
 */
export function boundsOf(course: Course, place: string): ReadonlyMap<string, Bounds> {
  const bounds = new Map<string, Bounds>()
  for (const id of new Set([...course.before.keys(), ...course.after.keys()])) {
    if (!id.startsWith(place)) continue
    const label = (course.before.get(id) ?? course.after.get(id))?.label
    if (label === undefined) continue
    const sum = bounds.get(label) ?? { lower: 0, upper: 0, zeroed: false }
    const one = boundsOfOne(id, course)
    bounds.set(label, {
      lower: sum.lower + one.lower,
      upper: sum.upper + one.upper,
      zeroed: sum.zeroed || one.zeroed,
    })
  }
  return bounds
}

function boundsOfOne(id: string, { previous, between, before, after }: Course): Bounds {
  const calm = (truth: Truth) => ({ counter: truth.get(id), crashed: false })
  const steps = [
    ...(previous === undefined ? [] : [calm(previous.before), calm(previous.after)]),
    ...between.map(({ truth, crashed }) => ({ counter: truth.get(id), crashed })),
    calm(before),
    calm(after),
  ]
  let upper = 0
  let anyZeroed = false
  for (const [index, { counter, crashed }] of steps.entries()) {
    const last = steps[index - 1]
    if (last === undefined) continue
    const zeroed = crashed || wasZeroed(last.counter, counter)
    anyZeroed ||= zeroed || last.counter === undefined
    upper += counted(last.counter, counter, crashed)
  }
  const now = before.get(id)
  const latest = after.get(id)
  const lower =
    previous === undefined || now === undefined || latest === undefined
      ? 0
      : seen(previous.before.get(id), previous.after.get(id), now, latest)
  return { lower, upper, zeroed: anyZeroed }
}

function counted(before: TrueCounter | undefined, now: TrueCounter | undefined, crashed: boolean): number {
  if (now === undefined) return 0
  if (crashed) return now.value
  if (before === undefined) return now.inherits ? 0 : now.value
  if (!wasZeroed(before, now)) return now.value - before.value
  return now.resets ? now.value : 0
}

/** Some views have no row for what was zeroed. */
function wasZeroed(before: TrueCounter | undefined, now: TrueCounter | undefined): boolean {
  if (before === undefined) return false
  return now === undefined || now.value < before.value || now.zeroedAt !== before.zeroedAt
}

function seen(
  previousBefore: TrueCounter | undefined,
  previousAfter: TrueCounter | undefined,
  before: TrueCounter,
  after: TrueCounter,
): number {
  // Not there at the previous scrape: it began at zero since.
  if (previousBefore === undefined && previousAfter === undefined) return before.inherits ? 0 : before.value
  if (previousBefore === undefined || previousAfter === undefined) return 0
  if (after.value < before.value) return 0
  if (after.value < previousBefore.value) return before.resets ? before.value : 0
  return Math.max(0, before.value - previousAfter.value)
}
