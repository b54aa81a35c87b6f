import { randomUUID } from 'node:crypto'
import type { Meter } from '@opentelemetry/api'
import { type CollectionResult, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

/** More series than the SDK's 2,000 an instrument: beyond its limit it adds counters up wrongly. */
const maxSeriesPerInstrument = 100_000

/** Where the collector's own instruments are, and how they are read. */
export interface OwnTelemetry extends AsyncDisposable {
  readonly meter: Meter
  /** Another one in each process: counters start from zero, and one life of them never continues another's. */
  readonly startId: string
  /** All values as they are now; sums are cumulative. */
  readonly collect: () => Promise<CollectionResult>
}

/** The SDK's pull side: values are read when they are asked for. */
class PullReader extends MetricReader {
  constructor() {
    super({ cardinalitySelector: () => maxSeriesPerInstrument })
  }

  protected override async onShutdown(): Promise<void> {}

  protected override async onForceFlush(): Promise<void> {}
}

/** The collector's own instruments: one meter that outlives every reload. */
export function ownTelemetry(scope: { readonly name: string; readonly version: string }): OwnTelemetry {
  const reader = new PullReader()
  const provider = new MeterProvider({ readers: [reader] })
  return {
    meter: provider.getMeter(scope.name, scope.version),
    startId: randomUUID(),
    collect: () => reader.collect(),
    [Symbol.asyncDispose]: () => provider.shutdown(),
  }
}
