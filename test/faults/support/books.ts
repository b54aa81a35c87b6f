import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import type { ReceivedPoint } from '../../../src/demo/endpoint/received-point.ts'
import { overlapsOf, seriesKey } from '../../../src/demo/endpoint/series-total.ts'
import { type Bounds, boundsOf, type Note } from '../../matrix/support/bounds.ts'
import { labelOf, placeOf, readTruth, type Truth } from '../../matrix/support/truth.ts'

/** A scrape that was stored, between two looks at the server's own counters. */
interface Station {
  readonly cluster: Cluster
  readonly before: Truth
  readonly after: Truth
  /** Since the station before. */
  readonly between: readonly Note[]
  /** Whether what was counted since the station before is known to the collector: the same server answered. */
  readonly continues: boolean
}

/** What a course of scrapes delivered, against what the servers counted from its first station to its last. */
export interface Findings {
  /** Counters of which it is known to the last digit what they must have added up to, and how much that is together. */
  readonly exact: { readonly counters: number; readonly increase: number }
  /** Increments that are missing. */
  readonly lost: number
  /** Delta points that came more than once, copy for copy. */
  readonly doubled: number
  /** One sentence each: what is missing, too much, negative or counts a time twice. */
  readonly faults: readonly string[]
  readonly spikes: number
  /** Of all that was delivered, or refused for good and counted as that; copies count once. */
  readonly delta: (metric: string, attributes?: Readonly<Record<string, string>>) => number
}

export interface Judgement {
  /** Series of which nothing needs to be there. */
  readonly ignored?: (label: string) => boolean
  /** The wall clock was set back on purpose: windows overlap though nothing is counted twice. */
  readonly clockWentBack?: boolean
}

/** Keeps books on every counter of a server while the collector suffers. */
export class Books {
  #watched: Cluster
  #stations: Station[] = []
  #between: Note[] = []
  #continues = false

  constructor(watched: Cluster) {
    this.#watched = watched
  }

  /** Looks at the server before and after a scrape that is stored for certain. */
  async station(scrape: () => Promise<unknown>): Promise<void> {
    const before = await readTruth(this.#watched)
    await scrape()
    const after = await readTruth(this.#watched)
    const station = { cluster: this.#watched, before, after, between: this.#between, continues: this.#continues }
    this.#stations.push(station)
    this.#between = []
    this.#continues = true
  }

  /** Looks at the server before and after whatever zeroes counters. */
  async note(crashed = false): Promise<void> {
    this.#between.push({ truth: await readTruth(this.#watched), crashed })
  }

  /** Another server answers from now on: what it counted before its first station nobody knows. */
  watch(cluster: Cluster): void {
    this.#watched = cluster
    this.#continues = false
  }

  /** @param points delivered, and refused for good; in any order */
  conclude(
    points: readonly ReceivedPoint[],
    { ignored = () => false, clockWentBack = false }: Judgement = {},
  ): Findings {
    const deltas = points.filter(({ temporality }) => temporality === 'delta')
    const once = [...new Map(deltas.map((point) => [pointKey(point), point])).values()]
    const bounds = this.#bounds()
    const sums = sumsOf(once)
    const overlaps = clockWentBack ? [] : overlapsOf(once)
    const losses = lossesOf(sums, bounds, ignored)
    const spikes = spikesOf(sums, bounds)
    const exact = [...bounds.values()].filter(({ lower, upper }) => lower > 0 && lower === upper)
    return {
      exact: { counters: exact.length, increase: exact.reduce((sum, { lower }) => sum + lower, 0) },
      lost: losses.reduce((sum, { missing }) => sum + missing, 0),
      doubled: deltas.length - once.length,
      spikes: spikes.length,
      faults: [
        ...losses.map(({ label, missing }) => `loss of ${missing}: ${label}`),
        ...spikes,
        ...overlaps.map(({ first }) => `overlap: ${labelOf(first.metric, first.attributes)}`),
      ],
      delta: (metric, attributes = {}) => sums.get(labelOf(metric, attributes)) ?? 0,
    }
  }

  #bounds(): ReadonlyMap<string, Bounds> {
    const all = new Map<string, Bounds>()
    for (const [index, { cluster, before, after, between, continues }] of this.#stations.entries()) {
      const previous = this.#stations[index - 1]
      if (!continues || previous === undefined) continue
      for (const [label, one] of boundsOf({ previous, between, before, after }, placeOf(cluster))) {
        const sum = all.get(label) ?? { lower: 0, upper: 0, zeroed: false }
        all.set(label, {
          lower: sum.lower + one.lower,
          upper: sum.upper + one.upper,
          zeroed: sum.zeroed || one.zeroed,
        })
      }
    }
    return all
  }
}

/** The same for a point and its copies only. */
function pointKey(point: ReceivedPoint): string {
  return `${seriesKey(point)} ${point.startNs} ${point.timeNs} ${point.value}`
}

function sumsOf(deltas: readonly ReceivedPoint[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { metric, attributes, value } of deltas) {
    const label = labelOf(metric, attributes)
    sums.set(label, (sums.get(label) ?? 0) + Number(value))
  }
  return sums
}

function lossesOf(
  sums: ReadonlyMap<string, number>,
  bounds: ReadonlyMap<string, Bounds>,
  ignored: (label: string) => boolean,
): readonly { readonly label: string; readonly missing: number }[] {
  return [...bounds].flatMap(([label, { lower }]) => {
    const missing = lower - (sums.get(label) ?? 0)
    return missing > roundingOf(lower) && !ignored(label) ? [{ label, missing }] : []
  })
}

function spikesOf(sums: ReadonlyMap<string, number>, bounds: ReadonlyMap<string, Bounds>): readonly string[] {
  return [...sums].flatMap(([label, sum]) => {
    const upper = bounds.get(label)?.upper
    if (upper === undefined) return sum === 0 ? [] : [`unknown to the server: ${sum}: ${label}`]
    if (sum > upper + roundingOf(upper)) return [`spike: ${sum} of ${upper}: ${label}`]
    return sum < 0 ? [`negative: ${sum}: ${label}`] : []
  })
}

/** Of doubles; less than a half where they are whole numbers. */
function roundingOf(value: number): number {
  return Math.min(0.4, 1e-6 + 1e-9 * value)
}
