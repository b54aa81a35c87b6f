import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { OtlpExporter } from '../../src/exporters/otlp/exporter.ts'
import type { Batch } from '../../src/pdata/batch.ts'
import { otlpSettings } from '../encode/otlp-settings.ts'
import { TableBatches } from '../encode/table-batches.ts'
import { durableStore, memoryStore } from './bench-store.ts'

const points = 100_000
/** These make series, baselines and machine code. */
const unmeasuredScrapes = 2
const measuredScrapes = 5

/** Runs one exporter in this process: `throughput-case.ts memory|durable URL FOLDER`; all scrapes are made before. */
const [queue, url = '', folder = ''] = process.argv.slice(2)
const settings = otlpSettings(url)
const store = queue === 'durable' ? durableStore(folder, settings.clock, settings.logger) : memoryStore(settings.clock)
const exporter = new OtlpExporter({ ...settings, store })
const signal = AbortSignal.timeout(120_000)
const batches = new TableBatches()
const made = Array.from({ length: unmeasuredScrapes + measuredScrapes }, (_, scrape) => [
  ...batches.scrape(scrape, points),
])
await deliver(made.slice(0, unmeasuredScrapes))
globalThis.gc?.()

const before = { sent: exporter.account().sent, written: await bytesWritten(), cpu: process.cpuUsage() }
const startMs = performance.now()
await deliver(made.slice(unmeasuredScrapes))
const wallMs = performance.now() - startMs
const { user, system } = process.cpuUsage(before.cpu)
const sent = exporter.account().sent - before.sent
await exporter.shutdown()
store[Symbol.dispose]()
process.stdout.write(
  JSON.stringify({
    sent,
    wallMs,
    cpuMs: (user + system) / 1_000,
    bytesWritten: (await bytesWritten()) - before.written,
  }),
)

/** From the first `consume` to the last response; each batch is given when the one before is stored, as a scraper does. */
async function deliver(scrapes: readonly (readonly Batch[])[]): Promise<void> {
  for (const batch of scrapes.flat()) await exporter.consume(batch, signal)
  await exporter.flush(signal)
}

/** What this process sent to the disk (proc_pid_io(5)). */
async function bytesWritten(): Promise<number> {
  return Number(/^write_bytes: (\d+)$/m.exec(await readFile('/proc/self/io', 'utf8'))?.[1])
}
