import type { Payload } from './decode-request.ts'
import { checkLogs } from './log-limits.ts'
import { checkMetrics } from './metric-limits.ts'
import { logsOf, pointsOf, type ReceivedAttributes, type ReceivedLog, type ReceivedPoint } from './received-point.ts'
import { addToTotal, type Overlap, overlapsOf, type SeriesTotal, seriesKey } from './series-total.ts'
import type { Rule, Violation } from './violation.ts'

/** Which points or series: those of a metric that have these attributes (on the point or its resource), at least. */
export interface Selection {
  readonly metric?: string
  readonly attributes?: ReceivedAttributes
}

/** Which log records: those of an event that have these attributes (on the record or its resource), at least. */
export interface LogSelection {
  readonly event?: string
  readonly attributes?: ReceivedAttributes
}

/** One HTTP request and its answer. */
export interface RequestRecord {
  readonly path: string
  /** What was answered; `hang` and `reset` are faults that were asked for. */
  readonly status: number | 'hang' | 'reset'
  /** Why it was refused, e.g. which of the sizes was too large; New Relic's own answers don't say. */
  readonly refusal: string | undefined
  readonly encoding: string
  readonly contentType: string
  readonly userAgent: string
  readonly wireBytes: number
  /** 0 where the body couldn't be decompressed. */
  readonly decodedBytes: number
  /** Data points and log records that were taken in; 0 unless they were. */
  readonly points: number
  readonly logs: number
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** A list that forgets its oldest entries. */
class Recent<T> {
  readonly #limit: number
  readonly items: T[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  push(item: T): void {
    this.items.push(item)
    // A tenth at a time: shifting one by one moves the whole list each time.
    if (this.items.length > this.#limit * 1.1) this.items.splice(0, this.items.length - this.#limit)
  }
}

/** What has arrived, in a form that can be asked. Totals and latest values are kept for every series. */
export class Received {
  readonly #points: Recent<ReceivedPoint>
  readonly #logs: Recent<ReceivedLog>
  readonly #requests: Recent<RequestRecord>
  readonly #violations: Recent<Violation>
  readonly #violationCounts = new Map<Rule, number>()
  readonly #eventCounts = new Map<string, number>()
  readonly #totals = new Map<string, SeriesTotal>()

  /** @param limit how many points, logs, requests and violations are kept; older ones are forgotten */
  constructor(limit: number) {
    this.#points = new Recent(limit)
    this.#logs = new Recent(limit)
    this.#requests = new Recent(limit)
    this.#violations = new Recent(limit)
  }

  /** Gauge and sum points in the order of arrival. */
  points(selection: Selection = {}): readonly ReceivedPoint[] {
    return this.#points.items.filter((point) => matches(point, selection))
  }

  /** In the order of arrival. */
  logs({ event, attributes = {} }: LogSelection = {}): readonly ReceivedLog[] {
    return this.#logs.items.filter(
      (log) => (event === undefined || log.eventName === event) && hasAttributes(log, attributes),
    )
  }

  /** How many log records came of each event, over all time. */
  eventCounts(): ReadonlyMap<string, number> {
    return this.#eventCounts
  }

  /** Also the refused ones. */
  requests(): readonly RequestRecord[] {
    return this.#requests.items
  }

  violations(): readonly Violation[] {
    return this.#violations.items
  }

  /** How often each rule was broken, over all time. */
  violationCounts(): ReadonlyMap<Rule, number> {
    return this.#violationCounts
  }

  /** Every series that ever arrived. */
  series(selection: Selection = {}): readonly SeriesTotal[] {
    return [...this.#totals.values()].filter((series) => matches(series, selection))
  }

  /** The totals of all series of the selection together: for deltas everything that was ever counted. */
  total(selection: Selection): number {
    return this.series(selection).reduce((sum, { total }) => sum + Number(total), 0)
  }

  /** Delta points, of those still kept, that count some time twice: duplicates show here too. */
  overlaps(): readonly Overlap[] {
    return overlapsOf(this.#points.items)
  }

  /** Takes in what was accepted. */
  add(payload: Payload, nowNs: bigint): void {
    for (const violation of payload.kind === 'metrics'
      ? checkMetrics(payload.request, nowNs)
      : checkLogs(payload.request, nowNs)) {
      this.#violations.push(violation)
      this.#violationCounts.set(violation.rule, (this.#violationCounts.get(violation.rule) ?? 0) + 1)
    }
    if (payload.kind === 'logs') {
      for (const log of logsOf(payload.request)) {
        this.#logs.push(log)
        this.#eventCounts.set(log.eventName, (this.#eventCounts.get(log.eventName) ?? 0) + 1)
      }
      return
    }
    for (const point of pointsOf(payload.request)) {
      this.#points.push(point)
      const key = seriesKey(point)
      this.#totals.set(key, addToTotal(this.#totals.get(key), point))
    }
  }

  addRequest(request: RequestRecord): void {
    this.#requests.push(request)
  }
}

interface Described {
  readonly attributes: ReceivedAttributes
  readonly resource: ReceivedAttributes
}

function matches(item: Described & { readonly metric: string }, { metric, attributes = {} }: Selection): boolean {
  return (metric === undefined || item.metric === metric) && hasAttributes(item, attributes)
}

function hasAttributes(item: Described, attributes: ReceivedAttributes): boolean {
  return Object.entries(attributes).every(([key, value]) => (item.attributes[key] ?? item.resource[key]) === value)
}
