import type { BatchObservableCallback, Meter } from '@opentelemetry/api'
import { instruments } from '../../../../generated/otlp/telemetry.ts'

/** What an exporter's queue and endpoint are like now. */
export interface DeliveryReading {
  readonly requests: number
  /** Compressed. */
  readonly bytes: number
  /** Of the oldest request; `undefined` where none waits. */
  readonly oldestAgeMs: number | undefined
  readonly inFlight: number
  readonly breaker: keyof typeof breakerStates
}

/** As the values of `otelephant_exporter_breaker_state`. */
const breakerStates = { closed: 0, half_open: 1, open: 2 } as const

/** Reads what an exporter's queue and endpoint are like at each collection, until disposed. */
export function observeQueue(meter: Meter, exporter: string, read: () => DeliveryReading): Disposable {
  const {
    otelcolExporterQueueSize: size,
    otelephantExporterQueueBytes: bytes,
    otelephantExporterQueueOldestAge: age,
    otelcolExporterInFlightRequests: inFlight,
    otelephantExporterBreakerState: breaker,
  } = instruments(meter)
  const observe: BatchObservableCallback = (result) => {
    const now = read()
    result.observe(size, now.requests, { exporter })
    result.observe(bytes, now.bytes, { exporter })
    if (now.oldestAgeMs !== undefined) result.observe(age, now.oldestAgeMs / 1_000, { exporter })
    result.observe(inFlight, now.inFlight, { exporter })
    result.observe(breaker, breakerStates[now.breaker], { exporter })
  }
  const all = [size, bytes, age, inFlight, breaker]
  meter.addBatchObservableCallback(observe, all)
  return { [Symbol.dispose]: () => meter.removeBatchObservableCallback(observe, all) }
}
