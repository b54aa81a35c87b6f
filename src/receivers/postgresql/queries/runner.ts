import type { Clock } from '../../../component/clock.ts'
import type { Reading, ResetToken } from '../../../pdata/reading.ts'
import type { Origin, SeriesFactory } from '../../../pdata/series-factory.ts'
import { decode, type Row } from '../../../rows/decode.ts'
import { type ComputeRows, RankedRows } from '../../../rows/ranked-rows.ts'
import { RowPoints } from '../../../rows/row-points.ts'
import { TopRows } from '../../../rows/top-rows.ts'
import type { Sink } from '../../../scraper/scraper.ts'
import type { ComposedQuery } from '../compose/composed-query.ts'
import type { ParameterizedText } from '../compose/text.ts'
import type { TextRow } from '../connection/connection.ts'
import { QueryError } from '../connection/query-error.ts'
import { type Measured, timed } from '../server/measured.ts'
import type { RunContext, ServerState } from '../server/read-server-state.ts'
import { resetToken } from '../server/server-state.ts'
import { type Bounds, type Page, pagesOf } from './pages.ts'
import type { RowComputer } from './row-computer.ts'

/** At most so many points of a batch: about what one request holds. */
const batchPoints = 4_000

export interface QueryRunnerSettings {
  readonly query: ComposedQuery
  readonly factory: SeriesFactory
  readonly origin: Origin
  /** When the database was seen not to exist yet, if it was: this query would have had no rows then. */
  readonly absent?: Absence
  readonly clock: Clock
  /** Of a query with top rows: which of its rows keep series of their own. */
  readonly top?: TopRows
  /** What fills in the computed columns, where there are any. */
  readonly computer?: RowComputer
  readonly measured: Measured
}

/** A moment at which something is known not to have existed. */
export interface Absence {
  readonly timeMs: number
  readonly epoch: ServerState['epoch']
}

/** A query that failed, with what it would have given. */
export interface Failure {
  readonly runner: QueryRunner
  readonly error: Error
}

/** Runs one composed query in one place and keeps its series from run to run. */
export class QueryRunner {
  readonly query: ComposedQuery
  readonly #settings: QueryRunnerSettings
  readonly #points: RowPoints
  readonly #ranked: RankedRows | undefined
  #absent: Absence | undefined
  /** The token of the row before. */
  #reset: { readonly text: string | null; readonly offsetMs: number; readonly token: ResetToken } | undefined

  constructor(settings: QueryRunnerSettings) {
    this.query = settings.query
    this.#settings = settings
    this.#points = new RowPoints(settings)
    const { query, top = new TopRows(query.top?.rows ?? 1) } = settings
    this.#ranked = query.top && new RankedRows({ ...settings, ranking: query.top, top })
    this.#absent = settings.absent
  }

  /** @throws QueryError; what was given to the sink before stays, but the result isn't complete then */
  async run(context: RunContext, sink: Sink, signal: AbortSignal): Promise<void> {
    const startedMs = this.#settings.clock.now()
    await this.#giveAbsence(sink)
    const pages = pagesOf(this.query, (statement, bounds) =>
      this.#read(statement, bounds, (row) => row, context, signal),
    )
    if (this.#ranked !== undefined) return this.#giveRanked(this.#ranked, pages, startedMs, context, sink, signal)
    for await (const page of pages) await this.#give(page, startedMs, context, sink)
    this.#points.completed()
  }

  /** Gives the points that stand for a server that can't be asked. */
  async unreachable(errorType: string, epoch: ServerState['epoch'], sink: Sink): Promise<void> {
    const timeMs = this.#settings.clock.now()
    const points = this.#points.unreachable(errorType)
    if (points.length === 0) return
    const reading = this.#reading(timeMs, timeMs, epoch, '', false)
    await sink.metrics(this.#settings.factory.batch({ reading, points }))
  }

  /** Gives an empty result of the time before the database existed, so that all that it has counted since counts. */
  async #giveAbsence(sink: Sink): Promise<void> {
    const absent = this.#absent
    this.#absent = undefined
    if (absent === undefined || this.query.inheritsCounters) return
    const reading = this.#reading(absent.timeMs, absent.timeMs, absent.epoch, '', true)
    await sink.metrics(this.#settings.factory.batch({ reading, points: [] }))
  }

  async #read<T>(
    { text, parameters }: ParameterizedText,
    bounds: Partial<Bounds>,
    take: (row: TextRow) => T,
    context: RunContext,
    signal: AbortSignal,
  ): Promise<T[]> {
    const values = { databases: `{${context.databases.join(',')}}`, ...bounds }
    const { clock, measured } = this.#settings
    const { name } = this.query
    const given = parameters.map((parameter) => values[parameter])
    const command = { text, repeats: this.query.slice !== undefined }
    return timed(name, clock, measured, () => context.connection.read(name, command, given, take, signal))
  }

  async #give(page: Page, startedMs: number, context: RunContext, sink: Sink): Promise<void> {
    const { factory, clock } = this.#settings
    const { serverState, excluded } = context
    const timeMs = clock.now()
    const points = this.#points.points(
      page.rows.map((row) => this.#decode(row)),
      page.rows.map((row) => this.#token(row, serverState)),
    )
    // Where rows inherit counters, a series that is absent from a result may still be older than it.
    const completes = page.last && !this.query.inheritsCounters
    for (let from = 0; from === 0 || from < points.length; from += batchPoints) {
      const final = from + batchPoints >= points.length
      const reading = this.#reading(startedMs, timeMs, serverState.epoch, excluded, completes && final)
      await sink.metrics(factory.batch({ reading, points: points.slice(from, from + batchPoints) }))
    }
  }

  /** All rows of the result in one batch: they are ranked against each other, and counted together. */
  async #giveRanked(
    ranked: RankedRows,
    pages: AsyncGenerator<Page>,
    startedMs: number,
    context: RunContext,
    sink: Sink,
    signal: AbortSignal,
  ): Promise<void> {
    const { factory, clock, computer } = this.#settings
    const { serverState, excluded } = context
    const take = (row: TextRow) => ranked.read(this.#decode(row), this.#token(row, serverState))
    // A large result in one piece is turned into values row by row: its whole text would not fit in memory.
    const rows = this.query.slice === undefined ? await this.#read(this.query, {}, take, context, signal) : []
    if (this.query.slice !== undefined) {
      for await (const page of pages) for (const row of page.rows) rows.push(take(row))
    }
    const timeMs = clock.now()
    const compute: ComputeRows | undefined =
      computer && ((measured, isTop) => computer.compute({ query: this.query, rows: measured, isTop, context }, signal))
    const result = await ranked.take(rows, { epoch: serverState.epoch, excluded }, compute)
    const reading = this.#reading(startedMs, timeMs, serverState.epoch, excluded, !this.query.inheritsCounters)
    await sink.metrics(factory.batch({ reading, ...result }))
    await computer?.report(reading, sink, signal)
  }

  #reading(startedMs: number, timeMs: number, epoch: Reading['epoch'], excluded: string, completes: boolean): Reading {
    const { factory, origin } = this.#settings
    const { name, digest, parameters } = this.query
    const filter = parameters.includes('databases') ? `${digest} ${excluded}` : digest
    return { query: factory.queryKey(origin, name), filter, startedMs, timeMs, epoch, completes }
  }

  #decode(row: TextRow): Row {
    return this.query.columns.map(({ name, type }, index) => {
      try {
        return decode(type, row[index] ?? null)
      } catch (error) {
        throw new QueryError(`${this.query.name}.${name}`, error)
      }
    })
  }

  /** Rows that were reset together share one token: there are thousands, and each is remembered with its own. */
  #token(row: TextRow, { offsetMs }: ServerState): ResetToken | undefined {
    const { reset } = this.query
    if (reset === undefined) return undefined
    const text = row[reset.column] ?? null
    if (this.#reset?.text === text && this.#reset.offsetMs === offsetMs) return this.#reset.token
    const token = resetToken(text, offsetMs, reset.exact)
    this.#reset = { text, offsetMs, token }
    return token
  }
}
