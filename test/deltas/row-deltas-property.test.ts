import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Temporality } from '../../src/deltas/outgoing-point.ts'
import type { DeliveryStore } from '../../src/exporters/otlp/queue/delivery-store.ts'
import { MemoryStore } from '../../src/exporters/otlp/queue/memory-store.ts'
import { storeAt, temporaryFolder } from '../exporters/otlp/queue/support/store-samples.ts'
import type { DecodedPoint } from '../exporters/otlp/support/decode-request.ts'
import { RowOracle } from './support/row-oracle.ts'
import {
  type Column,
  columns,
  infos,
  type Kind,
  kinds,
  type Place,
  RowServer,
  RowsUnderTest,
  type Shown,
} from './support/row-world.ts'

const ids = ['0', '1', '2', '3', '4'] as const
const id = fc.constantFrom(...ids)
const places: readonly Place[] = ['own', 'pair', '(other)', '(other)', undefined]
const scrape = fc.record({
  kind: fc.constant('scrape'),
  columns: fc.oneof(
    { weight: 6, arbitrary: fc.constant([...columns]) },
    { weight: 1, arbitrary: fc.subarray([...columns], { minLength: 1 }) },
  ),
  places: fc.array(fc.constantFrom(...places), { minLength: 15, maxLength: 15 }),
  refused: fc.boolean(),
  hidden: fc.subarray([...ids], { maxLength: 2 }),
})
const event = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('grow'),
      id,
      column: fc.constantFrom(...columns),
      by: fc.integer({ min: 1, max: 900 }),
    }),
  },
  { weight: 6, arbitrary: scrape },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reset'), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('reset all', 'crash', 'fail over', 'reopen') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('evict', 'drop'), id }) },
  // As a sum falls when what it is over goes.
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('shrink'), id, column: fc.constantFrom(...columns) }) },
) satisfies fc.Arbitrary<{ kind: string }>
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never

/** Plays a history, and holds every reading against what two readings could see. */
class World {
  readonly #kind: Kind
  readonly #oracle: RowOracle
  readonly #enqueuer: RowsUnderTest
  readonly #watch: Watch
  #server = new RowServer('server-1')
  #other = new RowServer('server-2')
  #second = 0

  constructor(kind: Kind, temporality: Temporality, open: () => DeliveryStore) {
    this.#kind = kind
    this.#oracle = new RowOracle(kind)
    // Just a few points fit into a request.
    this.#enqueuer = new RowsUnderTest(open, temporality, 900)
    this.#watch = temporality === 'delta' ? new DeltaWatch() : new CumulativeWatch()
    this.#server.row('0', 0).counters.calls = 400
    this.#other.row('0', 0).counters.calls = 70_000
  }

  play(one: Event): void {
    this.#second += 1
    if ('by' in one) this.#server.row(one.id, this.#second).counters[one.column] += inUnit(one.column, one.by)
    else if ('places' in one) this.scrape(one)
    else if ('column' in one) this.#shrink(one.id, one.column)
    else if ('id' in one) this.#change(one.kind, one.id)
    else if (one.kind === 'reset all') this.#server.zeroAll(this.#second)
    else if (one.kind === 'crash') this.#server.crash(this.#second)
    else if (one.kind === 'reopen') this.#enqueuer.reopen()
    else [this.#server, this.#other] = [this.#other, this.#server]
  }

  scrape({ columns: wanted, places: where, refused, hidden }: Extract<Event, { places: unknown }>): void {
    this.#second += 1
    this.#enqueuer.refusing = refused
    const shown: Shown = {
      columns: wanted,
      // Where rows may come and go without beginning anew.
      hides: (row) => this.#kind.inherits && hidden.some((one) => one === row),
      place: (row, column) => where[(Number(row) * columns.length + columns.indexOf(column)) % where.length],
    }
    const points = this.#enqueuer.read(this.#server, this.#kind, shown, this.#second)
    expect(points === undefined).toBe(refused)
    if (points === undefined) return
    const expected = this.#oracle.accepted(this.#server, shown)
    expect(this.#watch.sums(points)).toEqual(expected)
    this.#checkPuts(points.length)
    this.#checkAccount()
  }

  [Symbol.dispose](): void {
    this.#enqueuer[Symbol.dispose]()
  }

  /** An increase and its row's baseline go together. */
  #checkPuts(points: number): void {
    const { puts } = this.#enqueuer
    const [withRequests, ...more] = puts.filter(({ requests }) => requests > 0)
    expect(more).toEqual([])
    if (points > 0) expect(withRequests?.baselines).toBeGreaterThan(0)
  }

  #checkAccount(): void {
    const { consumed, dropped, absorbed } = this.#enqueuer.ledger.read(0)
    const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, one) => all + one, 0)
    expect(consumed).toBe(this.#enqueuer.sent + sum(dropped) + sum(absorbed))
    expect(dropped).toEqual({})
  }

  #change(kind: string, row: string): void {
    const found = this.#server.rows.get(row)
    if (kind !== 'reset') this.#server.rows.delete(row)
    else if (found !== undefined) {
      this.#server.zero(found, this.#second)
      this.#server.reset = this.#second
    }
  }

  #shrink(row: string, column: Column): void {
    const found = this.#server.rows.get(row)
    // What counts by itself falls when it is reset, and only then.
    if (found === undefined || this.#kind.fallsWhenReset) return
    found.counters[column] = inUnit(column, Math.floor(found.counters[column] / 3))
  }
}

function inUnit(column: Column, by: number): number {
  return column === 'time' ? by / 4 : by
}

/** Follows what is sent. */
interface Watch {
  /** What a reading's points add, by column. */
  sums(points: readonly DecodedPoint[]): Record<Column, number>
}

function columnOf(point: DecodedPoint): Column {
  return columns.find((column) => infos[column].name === point.metric) ?? expect.fail(`unknown ${point.metric}`)
}

function nameOf({ metric, attributes }: DecodedPoint): string {
  return `${metric} ${String(attributes['name'])}`
}

class DeltaWatch implements Watch {
  readonly #ends = new Map<string, number>()

  sums(points: readonly DecodedPoint[]): Record<Column, number> {
    const sums = { calls: 0, rows: 0, time: 0 }
    expect(new Set(points.map(nameOf)).size).toBe(points.length)
    for (const point of points) {
      const name = nameOf(point)
      expect(point.temporality).toBe('delta')
      expect(point.value).toBeGreaterThanOrEqual(0)
      expect(point.startMs).toBeLessThan(point.endMs)
      expect(point.startMs).toBeGreaterThanOrEqual(this.#ends.get(name) ?? 0)
      this.#ends.set(name, point.endMs)
      sums[columnOf(point)] += point.value
    }
    return sums
  }
}

class CumulativeWatch implements Watch {
  readonly #last = new Map<string, DecodedPoint>()

  sums(points: readonly DecodedPoint[]): Record<Column, number> {
    const sums = { calls: 0, rows: 0, time: 0 }
    for (const point of points) {
      const before = this.#last.get(nameOf(point))
      this.#last.set(nameOf(point), point)
      expect(point.temporality).toBe('cumulative')
      const goesOn = before !== undefined && before.startMs === point.startMs
      if (before !== undefined && !goesOn) expect(point.startMs).toBeGreaterThanOrEqual(before.endMs)
      const added = point.value - (goesOn ? before.value : 0)
      expect(added).toBeGreaterThanOrEqual(0)
      sums[columnOf(point)] += added
    }
    return sums
  }
}

const history = fc.array(event, { minLength: 5, maxLength: 60 })

for (const temporality of ['delta', 'cumulative'] as const) {
  describe(`what is sent as ${temporality} is what two readings could see, in memory, of`, () => {
    test.each(kinds)('$name', (kind) => {
      fc.assert(
        fc.property(history, (events) => {
          const store = new MemoryStore({ capacityBytes: 1e9 })
          // Memory ends with the process, so it is the same store after a "reopen".
          using world = new World(kind, temporality, () => store)
          for (const one of events) world.play(one)
        }),
        { numRuns: 400 },
      )
    })
  })
}

describe('what is sent is what two readings could see, from a file that is opened again and again, of', () => {
  test.each(kinds)('$name', (kind) => {
    using folder = temporaryFolder()
    let files = 0
    fc.assert(
      fc.property(history, fc.constantFrom('delta', 'cumulative'), (events, temporality) => {
        const path = join(folder.path, `${files++}.db`)
        using world = new World(kind, temporality, () => storeAt(path).store)
        for (const one of events) world.play(one)
      }),
      { numRuns: 40 },
    )
  })
})
