import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import type { ReceivedPoint } from '../../../src/demo/endpoint/received-point.ts'
import { type Bounds, boundsOf, type Course, type Note } from './bounds.ts'
import type { Rig } from './rig.ts'
import { labelOf, placeOf, readTruth, type Truth } from './truth.ts'

/** What a scrape is expected to find, beyond the rules. */
export interface Expectation {
  /** Series (by metric and attributes) of which nothing may be counted now: their past isn't known. */
  readonly nothing?: (label: string) => boolean
  /** Series that the server's own views can't bound, and what bounds them. */
  readonly atMost?: (label: string) => number | undefined
  /** Series of which less than all may be counted. */
  readonly lossy?: (label: string) => boolean
}

/** What a scrape delivered and what was wrong with it. */
export interface Outcome {
  /** One sentence each. */
  readonly faults: readonly string[]
  /** The sum of a series' deltas; 0 where none was sent. */
  delta(metric: string, attributes?: Readonly<Record<string, string>>): number
}

/** Keeps books on every counter of the servers, and holds what is delivered against them. */
export class Ledger {
  readonly #rig: Rig
  readonly #clusters: readonly Cluster[]
  #watched: Cluster
  #previous: Course['previous']
  #between: Note[] = []
  /** Series -> where the last window ended, for those that the last scrape delivered. */
  #ends: ReadonlyMap<string, bigint> = new Map()

  /** @param others servers that the rig's endpoint may lead to later */
  constructor(rig: Rig, watched: Cluster, others: readonly Cluster[] = []) {
    this.#rig = rig
    this.#watched = watched
    this.#clusters = [watched, ...others]
  }

  /** All that the server has counted may count: it was started after the last scrape of the one before it. */
  isNew(): void {
    this.#between.push({ truth: new Map(), crashed: false })
  }

  /** From now on the endpoint leads to that server. */
  watch(cluster: Cluster): void {
    this.#watched = cluster
  }

  /**
   * Reads the truth between two scrapes: to be called before and after whatever zeroes counters.
   * @param crashed whether all of them have begun anew since the last note
   */
  async note(crashed = false): Promise<void> {
    this.#between.push({ truth: await this.#read(), crashed })
  }

  /** Scrapes, and says what is wrong with what was delivered. */
  async scrape(signal: AbortSignal, expectation: Expectation = {}): Promise<Outcome> {
    const before = await this.#read()
    const points = await this.#rig.scrape(signal)
    const after = await this.#read()
    const course = { previous: this.#previous, between: this.#between, before, after }
    const deltas = points.filter(({ temporality, metric }) => temporality === 'delta' && !isHeldElsewhere(metric))
    const sums = sumsOf(deltas)
    const bounds = boundsOf(course, placeOf(this.#watched))
    const faults = [
      ...judgeSums(sums, bounds, expectation),
      ...this.#judgeWindows(deltas, bounds),
      ...this.#rig.received.violations().map(({ rule, detail }) => `${rule}: ${detail}`),
      ...this.#rig.received.overlaps().map(({ first }) => `overlap: ${labelOf(first.metric, first.attributes)}`),
    ]
    this.#previous = { before, after }
    this.#between = []
    this.#ends = new Map(deltas.map((point) => [labelOf(point.metric, point.attributes), point.timeNs]))
    return { faults, delta: (metric, attributes = {}) => sums.get(labelOf(metric, attributes)) ?? 0 }
  }

  async #read(): Promise<Truth> {
    const truths = await Promise.all(this.#clusters.map((cluster) => readTruth(cluster)))
    return new Map(truths.flatMap((truth) => [...truth]))
  }

  #judgeWindows(deltas: readonly ReceivedPoint[], bounds: ReadonlyMap<string, Bounds>): string[] {
    return deltas.flatMap(({ metric, attributes, startNs, timeNs }) => {
      const label = labelOf(metric, attributes)
      const end = this.#ends.get(label)
      if (startNs >= timeNs) return [`no duration: ${label}`]
      if (end === undefined || bounds.get(label)?.zeroed === true || startNs === end) return []
      return [`gap of ${startNs - end} ns: ${label}`]
    })
  }
}

/**
 * Statements by their texts are held against pg_stat_statements in statements.test.ts, here all of a database; what was
 * sampled no view of the server's says.
 */
function isHeldElsewhere(metric: string): boolean {
  return /^(db\.query\.count|postgresql\.(statements?\..*|session\.time|blocking\.time))$/.test(metric)
}

function sumsOf(deltas: readonly ReceivedPoint[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { metric, attributes, value } of deltas) {
    const label = labelOf(metric, attributes)
    sums.set(label, (sums.get(label) ?? 0) + Number(value))
  }
  return sums
}

function judgeSums(
  sums: ReadonlyMap<string, number>,
  bounds: ReadonlyMap<string, Bounds>,
  { nothing = () => false, atMost = () => undefined, lossy = () => false }: Expectation,
): string[] {
  const faults: string[] = []
  for (const [label, sum] of sums) {
    const upper = nothing(label) ? 0 : (atMost(label) ?? bounds.get(label)?.upper)
    if (upper === undefined) faults.push(`unknown to the server: ${label}`)
    else if (sum > upper + roundingOf(upper)) faults.push(`spike: ${sum} of ${upper}: ${label}`)
    if (sum < 0) faults.push(`negative: ${sum}: ${label}`)
  }
  for (const [label, { lower }] of bounds) {
    const sum = sums.get(label) ?? 0
    if (!lossy(label) && !nothing(label) && sum < lower - roundingOf(lower))
      faults.push(`loss: ${sum} of ${lower}: ${label}`)
  }
  return faults
}

/** Of doubles; less than a half where they are whole numbers. */
function roundingOf(value: number): number {
  return Math.min(0.4, 1e-6 + 1e-9 * value)
}
