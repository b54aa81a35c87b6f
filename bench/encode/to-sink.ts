import { OtlpExporter } from '../../src/exporters/otlp/exporter.ts'
import type { EncodeCase } from './case.ts'
import { otlpSettings } from './otlp-settings.ts'
import { TableBatches } from './table-batches.ts'

/** The whole way of a data point from the row: the exporter as it is, to an endpoint that accepts at once. */
export function toSink(points: number, url: string): EncodeCase {
  const batches = new TableBatches()
  const exporter = new OtlpExporter(otlpSettings(url))
  const signal = AbortSignal.timeout(60_000)
  return {
    async scrape(scrape) {
      const before = exporter.account().sent
      for (const batch of batches.scrape(scrape, points)) await exporter.consume(batch, signal)
      await exporter.flush(signal)
      return exporter.account().sent - before
    },
    close: () => exporter.shutdown(),
  }
}
