import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { median } from '../median.ts'
import { forgetPeak, resident } from '../resident.ts'
import { encoding } from './encoding.ts'
import { floor } from './floor.ts'
import { durablePipeline, pipeline } from './pipeline.ts'
import { toSink } from './to-sink.ts'

/** These make series, baselines and machine code. */
const unmeasuredScrapes = 2
const measuredScrapes = 3

const cases = { floor, encoding, pipeline, durable: durablePipeline, to_sink: toSink }

/** Runs a case in this process: `encode-case.ts NAME POINTS [URL]`. */
const [name, points, url = ''] = process.argv.slice(2)
const make = Object.entries(cases).find(([known]) => known === name)?.[1]
if (make === undefined) throw new Error(`expected one of ${Object.keys(cases).join(', ')}, found ${name}`)
const empty = await settled()
const one = await make(Number(points), url)
let scrape = 0
while (scrape < unmeasuredScrapes) await one.scrape(scrape++)
const before = await settled()
for (let measured = 0; measured < measuredScrapes; measured++) await one.scrape(scrape++)
const { peakBytes } = await resident('self')
// The collections of `settled` cost machine code, which the scrapes since have made again.
const cpuMs: number[] = []
let sent = 0
for (let measured = 0; measured < measuredScrapes; measured++) {
  const used = process.cpuUsage()
  sent = await one.scrape(scrape++)
  const { user, system } = process.cpuUsage(used)
  cpuMs.push((user + system) / 1_000)
}
const kept = await settled()
await one.close()
process.stdout.write(
  JSON.stringify({
    sent,
    cpuMs: median(cpuMs),
    peakBytes: peakBytes - before.residentBytes,
    keptBytes: kept.heapBytes - empty.heapBytes,
  }),
)

/** What is there when nothing is left to be collected; the peak begins anew. */
async function settled(): Promise<{ readonly residentBytes: number; readonly heapBytes: number }> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await delay(50)
  }
  await forgetPeak('self')
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { residentBytes: (await resident('self')).nowBytes, heapBytes: heapUsed + arrayBuffers }
}
