import { join } from 'node:path'
import type { Clock } from '../../src/component/clock.ts'
import type { DeliveryStore } from '../../src/exporters/otlp/queue/delivery-store.ts'
import { MemoryStore } from '../../src/exporters/otlp/queue/memory-store.ts'
import { SqliteStore } from '../../src/exporters/otlp/queue/sqlite/sqlite-store.ts'
import type { Logger } from '../../src/telemetry/logger.ts'

const mebibyte = 1_024 * 1_024
const maxAgeMs = 47 * 3_600_000

/** As `sending_queue` without `storage` makes it. */
export function memoryStore(clock: Clock): DeliveryStore {
  return new MemoryStore({ clock, capacityBytes: 64 * mebibyte, maxAgeMs, onFull: 'block' })
}

/** As `sending_queue` with `storage` makes it. */
export function durableStore(folder: string, clock: Clock, logger: Logger): SqliteStore {
  const limits = { capacityBytes: 512 * mebibyte, maxAgeMs, onFull: 'drop_oldest' } as const
  return new SqliteStore({ ...limits, path: queueFile(folder), clock, logger })
}

export function queueFile(folder: string): string {
  return join(folder, 'newrelic.queue')
}
