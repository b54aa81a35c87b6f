import { join } from 'node:path'
import { z } from 'zod'
import { asShipped } from '../as-shipped.ts'
import { runChild } from '../child.ts'
import { median } from '../median.ts'
import { startServer } from '../server-process.ts'
import type { Report } from '../table.ts'

const rounds = 5
const sizes = [1_000, 10_000, 100_000]
const variants = [
  { name: 'floor: serializer and zstd', what: 'floor', flags: [] },
  { name: 'the encoding alone', what: 'encoding', flags: [] },
  { name: 'rows to requests, queue in memory', what: 'pipeline', flags: [] },
  { name: 'rows to requests, queue on disk', what: 'durable', flags: [] },
  { name: 'to the sink', what: 'to_sink', flags: [] },
  { name: 'to the sink, as started', what: 'to_sink', flags: asShipped },
] as const

const measured = z.object({ sent: z.number(), cpuMs: z.number(), peakBytes: z.number(), keptBytes: z.number() })
const mebibyte = 1_024 * 1_024

/** CPU and memory of a scrape's way from rows to compressed requests, each case in processes of its own. */
export async function encode(): Promise<Report> {
  await using sink = await startServer(join(import.meta.dirname, 'sink.ts'))
  const rows: Report['rows'][number][] = []
  for (const points of sizes) {
    const results = new Map<string, z.infer<typeof measured>[]>(variants.map(({ name }) => [name, []]))
    // Round by round, so that a busy moment of the machine falls on all of them.
    for (let round = 0; round < rounds; round++) {
      for (const { name, what, flags } of variants) {
        const file = join(import.meta.dirname, 'encode-case.ts')
        results.get(name)?.push(await runChild(file, [what, String(points), sink.url], measured, flags))
      }
    }
    const of = (name: string, value: (one: z.infer<typeof measured>) => number) =>
      median((results.get(name) ?? []).map(value))
    for (const { name } of variants) {
      const cpuMs = of(name, (one) => one.cpuMs)
      const kept = of(name, (one) => one.keptBytes) / mebibyte
      rows.push([
        `${points.toLocaleString('en')} points, ${name}`,
        cpuMs,
        (cpuMs / of(variants[0].name, (one) => one.cpuMs)).toFixed(2),
        Math.round(of(name, (one) => one.peakBytes) / mebibyte),
        Math.round(kept),
      ])
    }
  }
  return {
    title: 'Encode',
    headings: ['case', 'CPU ms', 'ratio', 'peak of a scrape MiB', 'kept between scrapes MiB'],
    rows,
    notes: [
      `Medians of ${rounds} fresh processes, each the median of scrapes 6 to 8, back to back; all metrics of the query \`table\`, ten points a row. Aims for 100,000 points: the encoding alone 0.13 of the floor, with the queue in memory 0.55, on disk 0.9; 30 MiB and 65 MiB.`,
      "Peak: the most resident of scrapes 3 to 5, above what was settled after scrape 2. Kept: live heap and buffers of series and baselines; for the floor and the encoding alone the ready-made objects too. With V8's defaults.",
      `As started: node ${asShipped.join(' ')}.`,
    ],
  }
}
