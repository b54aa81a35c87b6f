import { ExportResultCode } from '@opentelemetry/core'
import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http'
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base'
import { AggregationTemporality, InstrumentType, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { OtlpExporter } from './exporter.ts'

/** Of the SDK's forceFlush, which has no signal. */
const flushTimeoutMs = 30_000

/**
 * An exporter as OpenTelemetry's SDK takes one, for applications: it starts by itself and sends what it is given as it is;
 * `export` succeeds once the data is stored, `forceFlush` resolves when all of it is delivered or its deadline passes.
 */
export class SdkPushExporter extends OTLPMetricExporterBase {
  constructor(exporter: OtlpExporter) {
    // Given so that the base class doesn't read OTEL_ variables of the environment.
    super(delegateTo(exporter), { temporalityPreference: AggregationTemporality.CUMULATIVE })
  }

  /** A cumulative sum survives an export that was refused, a delta doesn't; histograms can't be subtracted later. */
  override selectAggregationTemporality(instrumentType: InstrumentType): AggregationTemporality {
    return instrumentType === InstrumentType.HISTOGRAM
      ? AggregationTemporality.DELTA
      : AggregationTemporality.CUMULATIVE
  }
}

function delegateTo(exporter: OtlpExporter): IOtlpExportDelegate<ResourceMetrics> {
  return {
    export(resourceMetrics, resultCallback) {
      try {
        exporter.consumeSdk(resourceMetrics)
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
        await exporter.flush(deadline)
      } catch (error) {
        if (!deadline.aborted) throw error
      }
    },
    shutdown: () => exporter.shutdown(),
    // The collector has instruments of its own for this.
    setMetrics() {},
  }
}
