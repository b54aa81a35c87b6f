import process from 'node:process'
import { Ledger } from '../../src/exporters/otlp/account/ledger.ts'
import { PointEnqueuer } from '../../src/exporters/otlp/request/enqueue.ts'
import { Compressor } from '../../src/exporters/otlp/wire/compressor.ts'
import { maxRequestBytes, newRelicLimits } from '../../src/exporters/otlp/wire/limits.ts'
import { otlpSettings } from '../encode/otlp-settings.ts'
import { TableBatches } from '../encode/table-batches.ts'
import { resident } from '../resident.ts'
import { durableStore } from './bench-store.ts'

/** Eight of ten are counters, which have a baseline. */
const points = 125_000
const scrapes = 2

/** `opening-case.ts fill|open FOLDER`: makes a queue that knows 100,000 series and holds what two scrapes of them gave, or opens it. */
const [what, folder = ''] = process.argv.slice(2)
const settings = otlpSettings('')
const before = await resident('self')
const startMs = performance.now()
using store = durableStore(folder, settings.clock, settings.logger)
const wallMs = performance.now() - startMs
const { nowBytes } = await resident('self')
if (what === 'fill') fill()
const { requests } = store.size()
process.stdout.write(
  JSON.stringify({ wallMs, residentBytes: nowBytes - before.nowBytes, series: store.seriesCount, requests }),
)

function fill(): void {
  const enqueuer = new PointEnqueuer({
    store,
    clock: settings.clock,
    ledger: new Ledger(0).metrics,
    temporality: 'delta',
    encoding: 'protobuf',
    compressor: new Compressor('zstd'),
    limits: newRelicLimits.metrics,
    maxRequestBytes,
  })
  const batches = new TableBatches()
  for (let scrape = 0; scrape < scrapes; scrape++) {
    for (const batch of batches.scrape(scrape, points)) {
      for (const error of enqueuer.store([batch]).values()) throw error
    }
  }
}
