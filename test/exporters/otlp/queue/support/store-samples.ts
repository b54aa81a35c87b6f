import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Baseline, LastComplete } from '../../../../../src/deltas/baseline.ts'
import type { DeliveryStore, NewRequest } from '../../../../../src/exporters/otlp/queue/delivery-store.ts'
import { SqliteStore, type SqliteStoreSettings } from '../../../../../src/exporters/otlp/queue/sqlite/sqlite-store.ts'
import { at, epoch } from '../../../../deltas/support/points.ts'
import { memoryLogger } from '../../../../support/memory-logger.ts'

/** A folder of the test's own. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'oteq-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A store in that file, and what it says. */
export function storeAt(path: string, over: Partial<SqliteStoreSettings> = {}) {
  const logger = memoryLogger()
  const settings = { capacityBytes: 1e9, onFull: 'drop_oldest', maxAgeMs: 1e12, clock: { now: () => at(0) } } as const
  const store = new SqliteStore({ ...settings, path, logger, ...over })
  return { store, lines: logger.lines, [Symbol.dispose]: () => store[Symbol.dispose]() }
}

/** A request that is recognized by its content, made at that second. */
export function requestOf(content: string | number, second = 0, points = 3): NewRequest {
  const bytes = Buffer.from(`request ${content}`)
  return {
    bytes,
    encoding: 'protobuf',
    compression: 'none',
    signal: 'metrics',
    points,
    sizeBytes: bytes.byteLength,
    createdMs: at(second),
  }
}

export function baselineOf(second: number, query = 'tables', value: Baseline['value'] = second): Baseline {
  return { query, value, timeMs: at(second), seenMs: at(second), sinceMs: at(-70), epoch: epoch() }
}

export function completeAt(second: number): LastComplete {
  return { filter: 'all', startedMs: at(second), timeMs: at(second) + 9, epoch: epoch() }
}

export const nothing: ReadonlyMap<string, LastComplete> = new Map()

/** All requests that can be taken, as the texts that they hold; they stay taken. */
export function takeAll(store: DeliveryStore): string[] {
  const texts: string[] = []
  for (let request = store.take(); request !== undefined; request = store.take()) {
    texts.push(Buffer.from(request.bytes).toString())
  }
  return texts
}
