import { ExportResultCode } from '@opentelemetry/core'
import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http'
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base'
import { AggregationTemporality, InstrumentType, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Account, Exporter } from '../../component/exporter.ts'
import type { Host } from '../../component/host.ts'
import type { Batch } from '../../pdata/batch.ts'
import type { LogBatch } from '../../pdata/log-record.ts'
import type { OtlpExporterSettings } from './exporter-settings.ts'
import { Outbox } from './outbox.ts'

/** Of the SDK's forceFlush, which has no signal. */
const flushTimeoutMs = 30_000

/**
 * Delivers metrics and log records over OTLP/HTTP from a queue and loses no increment: a counter's baseline moves only
 * when the request with its delta is stored.
 *
 * As the SDK's PushMetricExporter it starts by itself and sends what it is given as it is; `export` succeeds once the
 * data is stored, `forceFlush` resolves when all of it is delivered or its deadline passes.
 */
export class OtlpExporter extends OTLPMetricExporterBase implements Exporter {
  readonly #outbox: Outbox

  constructor(settings: OtlpExporterSettings) {
    const outbox = new Outbox(settings)
    // Given so that the base class doesn't read OTEL_ variables of the environment.
    super(delegateTo(outbox), { temporalityPreference: AggregationTemporality.CUMULATIVE })
    this.#outbox = outbox
  }

  async start(host: Host): Promise<void> {
    this.#outbox.start(host)
  }

  consume(batch: Batch, signal: AbortSignal): Promise<void> {
    return this.#outbox.consume(batch, signal)
  }

  consumeLogs(batch: LogBatch, signal: AbortSignal): Promise<void> {
    return this.#outbox.consumeLogs(batch, signal)
  }

  account(): Account {
    return this.#outbox.account()
  }

  flush(signal: AbortSignal): Promise<void> {
    return this.#outbox.flush(signal)
  }

  /** A cumulative sum survives an export that was refused, a delta doesn't; histograms can't be subtracted later. */
  override selectAggregationTemporality(instrumentType: InstrumentType): AggregationTemporality {
    return instrumentType === InstrumentType.HISTOGRAM
      ? AggregationTemporality.DELTA
      : AggregationTemporality.CUMULATIVE
  }
}

function delegateTo(outbox: Outbox): IOtlpExportDelegate<ResourceMetrics> {
  return {
    export(resourceMetrics, resultCallback) {
      try {
        outbox.consumeSdk(resourceMetrics)
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error('the metrics could not be stored', { cause })
        resultCallback({ code: ExportResultCode.FAILED, error })
        return
      }
      resultCallback({ code: ExportResultCode.SUCCESS })
    },
    async forceFlush() {
      const deadline = AbortSignal.timeout(flushTimeoutMs)
      try {
        await outbox.flush(deadline)
      } catch (error) {
        if (!deadline.aborted) throw error
      }
    },
    shutdown: () => outbox.shutdown(),
    // The collector has instruments of its own for this.
    setMetrics() {},
  }
}
