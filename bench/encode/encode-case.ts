import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { forgetPeak, resident } from '../resident.ts'
import { floor } from './floor.ts'
import { pipeline } from './pipeline.ts'
import { toSink } from './to-sink.ts'

/** One way to encode so many points. `prepare` is what exists between two scrapes. */
export interface EncodeCase {
  /** The scrape with that number; gives how many points it has sent. */
  scrape(scrape: number): Promise<number>
  close(): Promise<void>
}

const cases = { floor, pipeline, to_sink: toSink }

/** Runs a case in this process: `encode-case.ts NAME POINTS [URL]`. The first scrapes make series, baselines and code. */
const [name, points, url = ''] = process.argv.slice(2)
const make = Object.entries(cases).find(([known]) => known === name)?.[1]
if (make === undefined) throw new Error(`expected one of ${Object.keys(cases).join(', ')}, found ${name}`)
const emptyBytes = await settled()
const one = make(Number(points), url)
const measured = []
for (let scrape = 0; scrape < 4; scrape++) {
  const idleBytes = await settled()
  await forgetPeak('self')
  const before = process.cpuUsage()
  const startedMs = performance.now()
  const sent = await one.scrape(scrape)
  const wallMs = performance.now() - startedMs
  const { user, system } = process.cpuUsage(before)
  const { peakBytes } = await resident('self')
  measured.push({
    sent,
    cpuMs: (user + system) / 1_000,
    wallMs,
    idleBytes: idleBytes - emptyBytes,
    peakBytes: peakBytes - idleBytes,
  })
}
await one.close()
process.stdout.write(JSON.stringify(measured))

/** What is resident when nothing is left to be collected. */
async function settled(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await delay(50)
  }
  return (await resident('self')).nowBytes
}
