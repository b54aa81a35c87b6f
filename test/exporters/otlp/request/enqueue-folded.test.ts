import { describe, expect, test } from 'vitest'
import { PointAccount } from '../../../../src/component/point-account.ts'
import { noExporterTelemetry } from '../../../../src/exporters/otlp/account/exporter-telemetry.ts'
import { MemoryStore } from '../../../../src/exporters/otlp/queue/memory-store.ts'
import { StoreFullError } from '../../../../src/exporters/otlp/queue/store-full-error.ts'
import { Enqueuer } from '../../../../src/exporters/otlp/request/enqueue.ts'
import type { Batch } from '../../../../src/pdata/batch.ts'
import type { Reading } from '../../../../src/pdata/reading.ts'
import { foldedRows, row, shown } from '../../../deltas/support/folded.ts'
import { at, backends, batch, point, reading, series } from '../../../deltas/support/points.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { decodeRequest, pointsOf } from '../support/decode-request.ts'

/** An intake over a store that can be told to refuse, and the sizes of what was put. */
function intakeWith(maxRequestBytes: number) {
  class WatchedStore extends MemoryStore {
    refusing = false
    readonly puts: (readonly [requests: number, baselines: number])[] = []

    override put(...[requests, baselines, completes]: Parameters<MemoryStore['put']>): void {
      if (this.refusing) throw new StoreFullError(7, 7)
      this.puts.push([requests.length, baselines.length])
      super.put(requests, baselines, completes)
    }
  }
  const store = new WatchedStore({ capacityBytes: 1e9 })
  const account = new PointAccount(0)
  const failures: number[] = []
  const enqueuer = new Enqueuer({
    ...{ store, account, maxRequestBytes },
    telemetry: { ...noExporterTelemetry, enqueueFailed: (points) => failures.push(points) },
    clock: new FakeClock(),
    temporality: 'delta',
    encoding: 'json',
    limits: undefined,
    path: '/v1/metrics',
  })
  return { store, enqueuer, account, failures }
}

/** A batch of rows with a series each, of which all have come to that. */
function batchOf(of: Reading, count: number, value: number, name: (index: number) => string = String): Batch {
  const rows = Array.from({ length: count }, (_, index) =>
    row([value, null, null], shown(name(index)), { key: `row ${index}` }),
  )
  return { ...batch(of, [point(series(backends), 3)]), folded: foldedRows(rows) }
}

describe('a reading', () => {
  test('of several requests is put at once, with the baselines of all its rows', () => {
    const { store, enqueuer } = intakeWith(2_000)
    enqueuer.store([batchOf(reading(10), 50, 700)], 'none')
    store.puts.length = 0
    enqueuer.store([batchOf(reading(40), 50, 742)], 'none')
    const [gauges, folded, ...more] = store.puts
    expect([gauges, folded?.[1], more]).toEqual([[1, 0], 50, []])
    expect(folded?.[0]).toBeGreaterThan(5)
    const values: number[] = []
    for (let request = store.take(); request !== undefined; request = store.take()) {
      expect(request.bytes.byteLength).toBeLessThanOrEqual(2_000)
      values.push(...pointsOf(decodeRequest(request.bytes, 'json')).map(({ value }) => value))
    }
    expect(values.filter((value) => value === 42)).toHaveLength(50)
  })

  test('that is refused changes nothing, and comes again with the next', () => {
    const { store, enqueuer, account, failures } = intakeWith(1e6)
    const first = batchOf(reading(10), 2, 700)
    enqueuer.store([first], 'none')
    store.refusing = true
    const before = account.read(0)
    const second = batchOf(reading(40), 2, 742)
    expect([...enqueuer.store([second], 'none').keys()]).toEqual([second])
    // Two values and a gauge.
    expect([account.read(0), failures]).toEqual([before, [3]])
    store.refusing = false
    expect(enqueuer.store([batchOf(reading(70), 2, 750)], 'none').size).toBe(0)
    const points = pointsOf(decodeRequest(store.take()?.bytes ?? new Uint8Array(), 'json'))
    expect(points.map(({ value, startMs, endMs }) => [value, startMs, endMs])).toEqual([
      [50, at(10), at(70)],
      [50, at(10), at(70)],
    ])
  })

  test('loses a point that is too large for any request, and no other', () => {
    const { enqueuer, account, store } = intakeWith(2_000)
    const name = (index: number) => (index === 3 ? 'x'.repeat(3_000) : String(index))
    enqueuer.store([batchOf(reading(10), 6, 700, name)], 'none')
    expect(enqueuer.store([batchOf(reading(40), 6, 742, name)], 'none').size).toBe(0)
    const { dropped, consumed, absorbed } = account.read(0)
    expect(dropped).toEqual({ too_large: 1 })
    expect(absorbed).toEqual({ first_sight: 6, folded: 6 })
    expect(consumed).toBe(6 + 6 + 1 + store.size().points)
    expect(enqueuer.store([batchOf(reading(70), 6, 743, name)], 'none').size).toBe(0)
    expect(account.read(0).dropped).toEqual({ too_large: 2 })
  })

  test('of one query twice in a group is judged one after the other', () => {
    const { enqueuer, store } = intakeWith(1e6)
    enqueuer.store([batchOf(reading(10), 1, 700), batchOf(reading(40), 1, 742), batchOf(reading(70), 1, 750)], 'none')
    const values: number[] = []
    for (let request = store.take(); request !== undefined; request = store.take()) {
      values.push(...pointsOf(decodeRequest(request.bytes, 'json')).map(({ value }) => value))
    }
    expect(values.filter((value) => value !== 3).toSorted((a, b) => a - b)).toEqual([8, 42])
  })
})

test('where nothing of a group can be stored, all of it is refused', () => {
  const { store, enqueuer } = intakeWith(1e6)
  store.refusing = true
  const empty = ['a', 'b'].map((query) => batch(reading(10, { query }), []))
  const folded = { ...batch(reading(10), []), folded: foldedRows([]) }
  expect(new Set(enqueuer.store([...empty, folded], 'none').keys())).toEqual(new Set([...empty, folded]))
})
