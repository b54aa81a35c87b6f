import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OnFull } from '../../../src/exporters/otlp/queue/delivery-store.ts'
import { MemoryStore } from '../../../src/exporters/otlp/queue/memory-store.ts'
import { SqliteStore } from '../../../src/exporters/otlp/queue/sqlite/sqlite-store.ts'
import type { Fault, Scene } from './fault.ts'

const hourMs = 3_600_000
/** Three or four scrapes. */
const capacityBytes = 20_000

const refuse = async ({ proxy }: Scene) => {
  await proxy.set({ kind: 'refuse' })
  proxy.reset()
}
const pass = ({ proxy }: Scene) => proxy.set({ kind: 'pass' })

/**
 * A disk that somebody else fills.
 * @param disk the folder of a small file system
 */
export function fullDisk(disk: string): Fault {
  const filler = join(disk, 'filler')
  return {
    name: 'disk full (SQLITE_FULL), then there is room again',
    exporter: { sending_queue: { storage: disk } },
    scrapes: 4,
    times: notStored,
    async begin(scene) {
      await refuse(scene)
      const { bavail, bsize } = statfsSync(disk)
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 200_000))
    },
    async end(scene) {
      rmSync(filler)
      await pass(scene)
    },
  }
}

/** Points that the exporter could not store, and therefore didn't take. */
const notStored = async ({ rig }: Scene) => {
  const points = await rig.counted('otelcol_exporter_enqueue_failed_metric_points', 'exporter')
  return points.get('newrelic') ?? 0
}

const droppedAs =
  (reason: string) =>
  async ({ rig }: Scene) =>
    rig.account?.dropped[reason] ?? 0

/**
 * What becomes of a queue that doesn't hold all.
 * @param folder of queues on disk
 */
export function queueFaults(folder: string): readonly Fault[] {
  const onDisk = (name: string, onFull: OnFull) => ({
    createStore: ({ clock, logger }: Parameters<NonNullable<Fault['createStore']>>[0]) =>
      new SqliteStore({ path: join(folder, name), capacityBytes, onFull, maxAgeMs: 47 * hourMs, clock, logger }),
  })
  return [
    {
      name: 'queue full, in memory: it refuses',
      scrapes: 12,
      createStore: ({ clock }) => new MemoryStore({ capacityBytes, clock }),
      times: notStored,
      begin: refuse,
      end: pass,
    },
    {
      name: 'queue full, on disk, on_full: block',
      scrapes: 12,
      ...onDisk('block.queue', 'block'),
      times: notStored,
      begin: refuse,
      end: pass,
    },
    {
      name: 'queue full, on disk, on_full: drop_oldest',
      scrapes: 12,
      ...onDisk('drop.queue', 'drop_oldest'),
      gives: 'queue_full',
      times: droppedAs('queue_full'),
      begin: refuse,
      end: pass,
    },
    {
      name: 'an outage longer than max_age (10h)',
      exporter: { sending_queue: { max_age: '10h' } },
      scrapes: 14,
      leapMs: hourMs,
      gives: 'max_age',
      times: droppedAs('max_age'),
      begin: refuse,
      async end(scene) {
        await pass(scene)
        scene.clock.leap(60_000)
      },
    },
    {
      // Its first delta starts 50 hours before it is delivered, which New Relic wouldn't take.
      name: 'an outage of 40 hours after a gap of 10',
      scrapes: 4,
      leapMs: 10 * hourMs,
      async begin(scene) {
        await refuse(scene)
        scene.clock.leap(10 * hourMs)
      },
      async end(scene) {
        await pass(scene)
        scene.clock.leap(60_000)
      },
    },
  ]
}
