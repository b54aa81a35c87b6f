import type { Signal } from '../../../pdata/signal.ts'

/** A container on the way from a request to its items: field numbers of protobuf, member names of JSON. */
export interface WireLevel {
  readonly fields: readonly number[]
  readonly names: readonly string[]
}

/**
 * The levels of a request of each signal, outermost first; the items are what the last level holds. Field numbers of
 * https://github.com/open-telemetry/opentelemetry-proto.
 */
export const wireLevels: Readonly<Record<Signal, readonly WireLevel[]>> = {
  metrics: [
    { fields: [1], names: ['resourceMetrics'] },
    { fields: [2], names: ['scopeMetrics'] },
    { fields: [2], names: ['metrics'] },
    { fields: [5, 7, 9, 10, 11], names: ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] },
    { fields: [1], names: ['dataPoints'] },
  ],
  logs: [
    { fields: [1], names: ['resourceLogs'] },
    { fields: [2], names: ['scopeLogs'] },
    { fields: [2], names: ['logRecords'] },
  ],
}
