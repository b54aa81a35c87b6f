import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { request } from 'undici'
import { OtlpExporter } from '../../src/exporters/otlp/exporter.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { otlpSettings } from '../encode/otlp-settings.ts'
import { TableBatches } from '../encode/table-batches.ts'
import { forgetPeak, resident } from '../resident.ts'
import { durableStore } from './bench-store.ts'

const points = 10_000
const intervalMs = 15_000
const scrapesBefore = 120
const scrapesInAnHour = 240

/** An hour without an endpoint, one scrape right after the other on a clock that is set forward: `outage-case.ts URL FOLDER`. */
const [url = '', folder = ''] = process.argv.slice(2)
const clock = new FakeClock()
const startMs = clock.now()
const { target, logger } = otlpSettings(url)
const quiet = { ...logger, warn: () => {} }
const store = durableStore(folder, clock, quiet)
const exporter = new OtlpExporter({ target, store, clock, logger: quiet, version: '0.0.0' })
const signal = AbortSignal.timeout(300_000)
const batches = new TableBatches()
let scrapes = 0

for (let scrape = 0; scrape < scrapesBefore; scrape++) {
  await scrapeOnce()
  await exporter.flush(signal)
  // What the start took is none of the outage's.
  if (scrape === scrapesBefore / 2) await forgetPeak('self')
}
await request(`${url}/down`, { method: 'POST' })
const before = await resident('self')
await forgetPeak('self')
for (let scrape = 0; scrape < scrapesInAnHour; scrape++) {
  await scrapeOnce()
  // The attempts fail, and all that is left is to wait.
  await clock.whenSleeping(1, signal)
}
const after = await resident('self')
await forgetPeak('self')
const queue = store.size()
const diskBytes = await bytesIn(folder)

await request(`${url}/up`, { method: 'POST' })
const backMs = performance.now()
const delivered = exporter.flush(signal)
await clock.advance(target.backoff.maxMs)
await delivered
const drainMs = performance.now() - backMs
const drained = await resident('self')
const { queued, absorbed } = exporter.account()
const accepted = Number(await (await request(`${url}/points`)).body.text())
await exporter.shutdown()
store[Symbol.dispose]()
const absorbedPoints = Object.values(absorbed).reduce((sum, one) => sum + one, 0)
process.stdout.write(
  JSON.stringify({
    before: { nowBytes: before.nowBytes, peakBytes: before.peakBytes },
    after: { nowBytes: after.nowBytes, peakBytes: after.peakBytes },
    drainedPeakBytes: drained.peakBytes,
    queuedPoints: queue.points,
    queuedBytes: queue.bytes,
    diskBytes,
    drainMs,
    lost: scrapes * points - absorbedPoints - accepted,
    left: queued,
  }),
)

async function scrapeOnce(): Promise<void> {
  const atMs = startMs + scrapes * intervalMs
  await clock.advance(atMs - clock.now())
  for (const batch of batches.scrape(scrapes, points)) {
    const reading = { ...batch.reading, startedMs: atMs - 1, timeMs: atMs }
    const stored = exporter.consume({ ...batch, reading }, signal)
    await clock.advance(target.flushTimeoutMs)
    await stored
  }
  scrapes += 1
}

async function bytesIn(path: string): Promise<number> {
  const sizes = await Promise.all((await readdir(path)).map(async (name) => (await stat(join(path, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
