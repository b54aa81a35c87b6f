import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ledger } from '../../src/exporters/otlp/account/ledger.ts'
import { MemoryStore } from '../../src/exporters/otlp/queue/memory-store.ts'
import { StoreFullError } from '../../src/exporters/otlp/queue/store-full-error.ts'
import { PointEnqueuer } from '../../src/exporters/otlp/request/enqueue.ts'
import { Compressor } from '../../src/exporters/otlp/wire/compressor.ts'
import { maxRequestBytes } from '../../src/exporters/otlp/wire/limits.ts'
import type { Reading } from '../../src/pdata/reading.ts'
import { decodeRequest, pointsOf } from '../exporters/otlp/support/decode-request.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { batch, commits, epoch, point, reading, series, token } from './support/points.ts'

const names = ['with an exact token', 'with a coarse token', 'without a token'] as const
type Name = (typeof names)[number]
const all = Object.fromEntries(names.map((name) => [name, series(commits, { row: name })]))

interface Row {
  value: number
  /** Second of the last reset; undefined: NULL. */
  reset: number | undefined
}

/** A server's statistics: rows that come and go, the two witnesses, and since when its processes run. */
class Server {
  readonly rows = new Map<Name, Row>()
  witnesses: readonly [number, number]
  /** Second of their start. */
  processes: number

  constructor(prehistory: number, witnesses: readonly [number, number]) {
    this.witnesses = witnesses
    this.processes = witnesses[0]
    for (const name of names) this.rows.set(name, { value: prehistory, reset: -5_000 })
  }

  crash(second: number): void {
    this.witnesses = [second, second]
    this.processes = second
    for (const [name, row] of this.rows) {
      row.value = 0
      row.reset = name === 'with an exact token' ? second : undefined
    }
  }
}

/** A store that can be made to refuse requests. */
class FickleStore extends MemoryStore {
  refusing = false

  override put(...[requests, baselines, completes]: Parameters<MemoryStore['put']>): void {
    if (this.refusing && requests.length > 0) throw new StoreFullError(7, 7)
    super.put(requests, baselines, completes)
  }
}

const row = fc.constantFrom(...names)
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('increment'), row, by: fc.integer({ min: 1, max: 900 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('scrape'), refused: fc.boolean(), whole: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('scrape'), refused: fc.constant(false), whole: fc.constant(true) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reset'), row }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reset witnesses'), which: fc.constantFrom('one', 'both', 'at once') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail over') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop'), row }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('create'), row }) },
  // As a sum over a set falls when a member leaves: no reset, and nothing says so.
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('evict') }) },
  // As the statistics of a database do when one of its tables is reset.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move the coarse token') }) },
) satisfies fc.Arbitrary<{ kind: string }>
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never

/** Plays a history and says what was counted and what truly happened, by row. */
class World {
  readonly store = new FickleStore({ capacityBytes: 1e9 })
  readonly happened: Record<string, number> = {}
  readonly counted: Record<string, number> = {}
  readonly enqueuer = new PointEnqueuer({
    store: this.store,
    ledger: new Ledger(0).metrics,
    clock: new FakeClock(),
    temporality: 'delta',
    encoding: 'json',
    compressor: new Compressor('none'),
    limits: undefined,
    maxRequestBytes,
  })
  #server = new Server(40, [-1_000, -999])
  #other = new Server(70_000, [-2_000, -1_999])
  #second = 0

  play(one: Event): void {
    this.#second += 1
    if ('by' in one) this.#increment(one.row, one.by)
    else if ('refused' in one) this.scrape(one.refused, one.whole)
    else if ('which' in one) this.#resetWitnesses(one.which)
    else if ('row' in one) this.#change(one.kind, one.row)
    else if (one.kind === 'crash') this.#server.crash(this.#second)
    else if (one.kind === 'evict') this.#evict()
    else if (one.kind === 'fail over') this.#failOver()
    else {
      const coarse = this.#server.rows.get('with a coarse token')
      if (coarse !== undefined) coarse.reset = this.#second
    }
  }

  scrape(refused: boolean, whole: boolean): void {
    this.#second += 1
    this.store.refusing = refused
    const points = [...this.#server.rows].map(([name, { value, reset }]) => {
      const own = name === 'without a token' ? undefined : token(reset, name === 'with an exact token')
      return point(all[name] ?? series(commits), value, own)
    })
    const { witnesses, processes } = this.#server
    const of: Reading = reading(this.#second, { epoch: epoch(...witnesses, 'server-1', processes), completes: whole })
    this.enqueuer.store([batch(of, points)])
    this.#collect()
  }

  #collect(): void {
    for (let request = this.store.take(); request !== undefined; request = this.store.take()) {
      for (const { attributes, value, startMs, endMs } of pointsOf(decodeRequest(request.bytes, 'json'))) {
        expect(value).toBeGreaterThanOrEqual(0)
        expect(startMs).toBeLessThan(endMs)
        const name = String(attributes['row'])
        this.counted[name] = (this.counted[name] ?? 0) + value
      }
      this.store.remove(request)
    }
  }

  #increment(name: Name, by: number): void {
    const row = this.#server.rows.get(name)
    if (row === undefined) return
    row.value += by
    this.happened[name] = (this.happened[name] ?? 0) + by
  }

  #change(kind: string, name: Name): void {
    const { rows } = this.#server
    const row = rows.get(name)
    if (kind === 'drop') rows.delete(name)
    else if (kind === 'create' && row === undefined) rows.set(name, { value: 0, reset: this.#second })
    else if (kind === 'reset' && row !== undefined) {
      row.value = 0
      row.reset = this.#second
    }
  }

  #resetWitnesses(which: string): void {
    const [, archiver] = this.#server.witnesses
    if (which === 'one') this.#server.witnesses = [this.#second, archiver]
    else if (which === 'both') this.#server.witnesses = [this.#second, this.#second + 0.001]
    else this.#server.witnesses = [this.#second, this.#second]
  }

  #evict(): void {
    const row = this.#server.rows.get('without a token')
    if (row !== undefined) row.value = Math.floor(row.value / 2)
  }

  #failOver(): void {
    const standby = this.#other
    this.#other = this.#server
    this.#server = standby
  }
}

test('whatever happens to a server, the deltas never add up to more than what happened', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 5, maxLength: 60 }), (history) => {
      const world = new World()
      for (const one of history) world.play(one)
      world.scrape(false, true)
      for (const name of names) expect(world.counted[name] ?? 0, name).toBeLessThanOrEqual(world.happened[name] ?? 0)
    }),
    { numRuns: 600 },
  )
})

test('increments of old and new series all arrive, through any number of refused stores', () => {
  const calm = event.filter((one) => 'by' in one || 'refused' in one || one.kind === 'create')
  fc.assert(
    fc.property(fc.array(calm, { maxLength: 60 }), fc.constantFrom(...names), (history, missing) => {
      const world = new World()
      world.play({ kind: 'drop', row: missing })
      world.scrape(false, true)
      for (const one of history) world.play(one)
      world.scrape(false, true)
      for (const name of names) expect(world.counted[name] ?? 0, name).toBe(world.happened[name] ?? 0)
    }),
    { numRuns: 300 },
  )
})

test('the end of a history is in the deltas: two readings around an increment count it', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), row, fc.integer({ min: 1, max: 900 }), (history, name, by) => {
      const world = new World()
      for (const one of history) world.play(one)
      world.play({ kind: 'create', row: name })
      world.scrape(false, true)
      const before = world.counted[name] ?? 0
      world.play({ kind: 'increment', row: name, by })
      world.scrape(false, true)
      expect((world.counted[name] ?? 0) - before).toBe(by)
    }),
    { numRuns: 300 },
  )
})
