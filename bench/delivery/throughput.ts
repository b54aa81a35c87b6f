import { join } from 'node:path'
import { z } from 'zod'
import { asShipped } from '../as-shipped.ts'
import { runChild } from '../child.ts'
import { median } from '../median.ts'
import { startServer } from '../server-process.ts'
import type { Report } from '../table.ts'
import { caseFolder } from './case-folder.ts'
import { rounds } from './rounds.ts'

const queues = ['memory', 'durable'] as const
const measured = z.object({ sent: z.number(), wallMs: z.number(), cpuMs: z.number(), bytesWritten: z.number() })
type Measured = z.infer<typeof measured>

/** Points a second from `consume` to accepted, and what durability costs. */
export async function throughput(): Promise<Report> {
  await using sink = await startServer(join(import.meta.dirname, '..', 'encode', 'sink.ts'))
  const runs: Record<(typeof queues)[number], Measured[]> = { memory: [], durable: [] }
  const file = join(import.meta.dirname, 'throughput-case.ts')
  // Round by round, so that a busy moment of the machine falls on both.
  for (let round = 0; round < rounds; round++) {
    for (const queue of queues) {
      await using folder = await caseFolder()
      runs[queue].push(await runChild(file, [queue, sink.url, folder.path], measured, asShipped))
    }
  }
  const figures = (queue: (typeof queues)[number]) => {
    const of = (value: (run: Measured) => number) => median(runs[queue].map(value))
    return {
      pointsPerSecond: of(({ sent, wallMs }) => (1_000 * sent) / wallMs),
      cpuMs: of(({ sent, cpuMs }) => (1_000 * cpuMs) / sent),
      bytes: of(({ sent, bytesWritten }) => bytesWritten / sent),
    }
  }
  const floor = figures('memory')
  return {
    title: 'Throughput',
    headings: ['queue', 'points a second', 'ratio', 'CPU ms per 1,000 points', 'ratio', 'bytes written a point'],
    rows: queues.map((queue) => {
      const { pointsPerSecond, cpuMs, bytes } = figures(queue)
      return [
        queue === 'memory' ? 'in memory' : 'on disk',
        Math.round(pointsPerSecond).toLocaleString('en'),
        (pointsPerSecond / floor.pointsPerSecond).toFixed(2),
        cpuMs,
        (cpuMs / floor.cpuMs).toFixed(2),
        bytes,
      ]
    }),
    notes: [
      `Medians of ${rounds} fresh processes. Each delivers 5 scrapes of 100,000 points back to back after 2 others, to an endpoint in a process of its own that accepts at once: from the first \`consume\` to the last answer. Aim on disk: 100,000 points a second.`,
      'Eight points of ten are counters, whose baselines are written with each request. Bytes: what the process sent to the disk, write-ahead log, checkpoints and deletes included (`write_bytes` of /proc/self/io).',
    ],
  }
}
