import { describe, expect, test } from 'vitest'
import { noExporterTelemetry, noSignalTelemetry } from '../../../../src/exporters/otlp/account/exporter-telemetry.ts'
import { Ledger } from '../../../../src/exporters/otlp/account/ledger.ts'
import { MemoryStore } from '../../../../src/exporters/otlp/queue/memory-store.ts'
import { StoreFullError } from '../../../../src/exporters/otlp/queue/store-full-error.ts'
import { PointEnqueuer } from '../../../../src/exporters/otlp/request/enqueue.ts'
import { Compressor } from '../../../../src/exporters/otlp/wire/compressor.ts'
import type { Batch } from '../../../../src/pdata/batch.ts'
import type { Reading } from '../../../../src/pdata/reading.ts'
import { counterRows, row, shown } from '../../../deltas/support/counter-rows.ts'
import { at, backends, batch, point, reading, series } from '../../../deltas/support/points.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { decodeRequest, pointsOf } from '../support/decode-request.ts'

/** An enqueuer over a store that can be made to refuse, and the sizes of what was put. */
function enqueuerWith(maxRequestBytes: number) {
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
  const failures: number[] = []
  const ledger = new Ledger(0, {
    ...noSignalTelemetry,
    metrics: { ...noExporterTelemetry, enqueueFailed: (points) => failures.push(points) },
  })
  const enqueuer = new PointEnqueuer({
    store,
    ledger: ledger.metrics,
    maxRequestBytes,
    clock: new FakeClock(),
    temporality: 'delta',
    encoding: 'json',
    compressor: new Compressor('none'),
    limits: undefined,
  })
  return {
    store,
    enqueue: (batches: readonly Batch[]) => enqueuer.store(batches),
    ledger,
    failures,
  }
}

/** A batch of rows with a series each, of which all have come to that. */
function batchOf(of: Reading, count: number, value: number, name: (index: number) => string = String): Batch {
  const rows = Array.from({ length: count }, (_, index) =>
    row([value, null, null], shown(name(index)), { key: `row ${index}` }),
  )
  return { ...batch(of, [point(series(backends), 3)]), counterRows: counterRows(rows) }
}

describe('a reading', () => {
  test('of several requests is put at once, with the baselines of all its rows', () => {
    const { store, enqueue } = enqueuerWith(2_000)
    enqueue([batchOf(reading(10), 60, 700)])
    store.puts.length = 0
    enqueue([batchOf(reading(40), 60, 742)])
    const [gauges, rows, ...more] = store.puts
    expect([gauges, rows?.[1], more]).toEqual([[1, 0], 60, []])
    expect(rows?.[0]).toBeGreaterThan(5)
    const values: number[] = []
    for (let request = store.take(); request !== undefined; request = store.take()) {
      expect(request.bytes.byteLength).toBeLessThanOrEqual(2_000)
      values.push(...pointsOf(decodeRequest(request.bytes, 'json')).map(({ value }) => value))
    }
    expect(values.filter((value) => value === 42)).toHaveLength(60)
  })

  test('that is refused changes nothing, and comes again with the next', () => {
    const { store, enqueue, ledger, failures } = enqueuerWith(1e6)
    const first = batchOf(reading(10), 2, 700)
    enqueue([first])
    store.refusing = true
    const before = ledger.read(0)
    const second = batchOf(reading(40), 2, 742)
    expect([...enqueue([second]).keys()]).toEqual([second])
    // Two values and a gauge.
    expect([ledger.read(0), failures]).toEqual([before, [3]])
    store.refusing = false
    expect(enqueue([batchOf(reading(70), 2, 750)]).size).toBe(0)
    const points = pointsOf(decodeRequest(store.take()?.bytes ?? new Uint8Array(), 'json'))
    expect(points.map(({ value, startMs, endMs }) => [value, startMs, endMs])).toEqual([
      [50, at(10), at(70)],
      [50, at(10), at(70)],
    ])
  })

  test('loses a point that is too large for any request, and no other', () => {
    const { enqueue, ledger, store } = enqueuerWith(2_000)
    const name = (index: number) => (index === 3 ? 'x'.repeat(3_000) : String(index))
    enqueue([batchOf(reading(10), 6, 700, name)])
    expect(enqueue([batchOf(reading(40), 6, 742, name)]).size).toBe(0)
    const { dropped, consumed, absorbed } = ledger.read(0)
    expect(dropped).toEqual({ too_large: 1 })
    expect(absorbed).toEqual({ first_sight: 6, folded: 6 })
    expect(consumed).toBe(6 + 6 + 1 + store.size().points)
    expect(enqueue([batchOf(reading(70), 6, 743, name)]).size).toBe(0)
    expect(ledger.read(0).dropped).toEqual({ too_large: 2 })
  })

  test('of one query twice in a group is compared with the one before', () => {
    const { enqueue, store } = enqueuerWith(1e6)
    enqueue([batchOf(reading(10), 1, 700), batchOf(reading(40), 1, 742), batchOf(reading(70), 1, 750)])
    const values: number[] = []
    for (let request = store.take(); request !== undefined; request = store.take()) {
      values.push(...pointsOf(decodeRequest(request.bytes, 'json')).map(({ value }) => value))
    }
    expect(values.filter((value) => value !== 3).toSorted((a, b) => a - b)).toEqual([8, 42])
  })
})

test('where nothing of a group can be stored, all of it is refused', () => {
  const { store, enqueue } = enqueuerWith(1e6)
  store.refusing = true
  const empty = ['a', 'b'].map((query) => batch(reading(10, { query }), []))
  const withRows = { ...batch(reading(10), []), counterRows: counterRows([]) }
  expect(new Set(enqueue([...empty, withRows]).keys())).toEqual(new Set([...empty, withRows]))
})
