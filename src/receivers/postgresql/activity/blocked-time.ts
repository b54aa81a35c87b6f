import type { MetricsBuilder } from '../../../../generated/postgresql/metrics.ts'
import type { BlockingTree } from './blocking-forest.ts'
import type { ModeCount } from './lock-graph.ts'
import { RunningTotals } from './running-totals.ts'
import { isBlocked, type SessionSample } from './session-sample.ts'

/** Lock types times modes: far fewer can exist. */
const maxSeries = 500

interface LockLabels extends Readonly<Record<string, string | null>> {
  readonly lock_type: string
  readonly mode: string | null
}

/** The largest values that were seen since the last reading. */
interface Peaks {
  readonly sessions: number
  /** `undefined` where nobody may ask who blocks whom. */
  readonly graph: { readonly depth: number; readonly longestWaitMs: number } | undefined
}

/** How many sessions waited for locks, how deep and how long. */
export class BlockedTime {
  readonly #totals: RunningTotals<LockLabels>
  #modes: readonly ModeCount[] = []
  /** The modes of the last graph, while anybody waits. */
  #last = { depth: 0, longestWaitMs: 0 }
  /** `undefined` until there is a sample: not known is not zero. */
  #peaks: Peaks | undefined

  /** @param run names this run of the sampler (see {@link RunningTotals}) */
  constructor(run: string) {
    this.#totals = new RunningTotals(run, maxSeries)
  }

  /** To be called before the sample that it explains is added. */
  graph(trees: readonly BlockingTree[], modes: readonly ModeCount[]): void {
    this.#modes = modes
    this.#last = {
      depth: Math.max(0, ...trees.map(({ depth }) => depth)),
      longestWaitMs: Math.max(0, ...trees.map(({ longestWaitMs }) => longestWaitMs)),
    }
  }

  /** @param asksGraph whether who blocks whom may be asked */
  add({ groups }: SessionSample, seconds: number, nowMs: number, asksGraph: boolean): void {
    const sinceMs = nowMs - seconds * 1_000
    let sessions = 0
    for (const group of groups) {
      if (!isBlocked(group)) continue
      sessions += group.sessions
      for (const { labels, share } of this.#shares(group.waitEvent ?? '')) {
        this.#totals.add(
          labels,
          { lock_type: labels.lock_type, mode: null },
          share * group.sessions * seconds,
          sinceMs,
          nowMs,
        )
      }
    }
    if (sessions === 0) {
      this.#modes = []
      this.#last = { depth: 0, longestWaitMs: 0 }
    }
    const { depth, longestWaitMs } = this.#last
    const before = this.#peaks
    this.#peaks = {
      sessions: Math.max(sessions, before?.sessions ?? 0),
      graph: asksGraph
        ? {
            depth: Math.max(depth, before?.graph?.depth ?? 0),
            longestWaitMs: Math.max(longestWaitMs, before?.graph?.longestWaitMs ?? 0),
          }
        : undefined,
    }
  }

  record(builder: MetricsBuilder, nowMs: number): void {
    for (const { labels, seconds, token } of this.#totals.read(nowMs)) {
      builder.recordPostgresqlBlockingTime(seconds, labels, token)
    }
    const peaks = this.#peaks
    this.#peaks = undefined
    if (peaks === undefined) return
    builder.recordPostgresqlBlockingSessions(peaks.sessions)
    if (peaks.graph === undefined) return
    builder.recordPostgresqlBlockingDepth(peaks.graph.depth)
    builder.recordPostgresqlBlockingLongestWait(peaks.graph.longestWaitMs / 1_000)
  }

  /** A sample knows what is locked, the last graph in which modes: the time of a lock type is divided by it. */
  #shares(lockType: string): { readonly labels: LockLabels; readonly share: number }[] {
    const modes = this.#modes.filter((mode) => mode.lockType === lockType)
    const all = modes.reduce((sum, { sessions }) => sum + sessions, 0)
    if (all === 0) return [{ labels: { lock_type: lockType, mode: null }, share: 1 }]
    return modes.map(({ mode, sessions }) => ({ labels: { lock_type: lockType, mode }, share: sessions / all }))
  }
}
