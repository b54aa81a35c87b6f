import { hostname } from 'node:os'
import { pid } from 'node:process'
import type { Clock } from '../../component/clock.ts'
import type { Consumer } from '../../component/consumer.ts'
import type { Receiver } from '../../component/receiver.ts'
import { SeriesFactory } from '../../pdata/series-factory.ts'
import { ScraperController } from '../../scraper/controller.ts'
import { PartialScrapeError } from '../../scraper/partial-scrape-error.ts'
import type { Scraper } from '../../scraper/scraper.ts'
import type { ScraperTelemetry } from '../../scraper/scraper-telemetry.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { InternalConfig } from './config.ts'
import { OwnPoints } from './own-points.ts'
import type { OwnTelemetry } from './own-telemetry.ts'

export interface InternalReceiverSettings {
  readonly id: string
  readonly config: InternalConfig
  readonly ownTelemetry: OwnTelemetry
  /** The collector's version. */
  readonly version: string
  /** Default: this host's. */
  readonly hostName?: string
  readonly consumer: Consumer
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry?: ScraperTelemetry
}

/** The collector's own telemetry, as one more receiver. */
export function internalReceiver(settings: InternalReceiverSettings): Receiver {
  const collectionIntervalMs = settings.config.collection_interval
  return new ScraperController({ ...settings, scrapers: [scraper(settings)], collectionIntervalMs })
}

function scraper({ config, ownTelemetry, version, hostName, clock }: InternalReceiverSettings): Scraper {
  const resource = {
    attributes: Object.freeze({
      'service.name': 'otelephant',
      'service.version': version,
      'service.instance.id': config.instance ?? `${hostName ?? hostname()}:${pid}`,
    }),
  }
  const scope = Object.freeze({ name: 'otelephant', version })
  const factory = new SeriesFactory({ endpoint: 'internal', resource, scope, vocabulary: 'both' })
  const ownPoints = new OwnPoints(factory)
  const epoch = { server: ownTelemetry.startId, witnesses: [] }
  return {
    name: 'internal',
    async scrape(sink) {
      const startedMs = clock.now()
      const { resourceMetrics, errors } = await ownTelemetry.collect()
      const completes = errors.length === 0
      const reading = { query: 'internal', filter: 'all', startedMs, timeMs: clock.now(), epoch, completes }
      await sink.metrics(factory.batch({ reading, points: ownPoints.from(resourceMetrics) }))
      if (!completes) throw new PartialScrapeError(errors.length, errors.map(toError))
    },
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
