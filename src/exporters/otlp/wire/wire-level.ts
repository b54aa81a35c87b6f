/** A container on the way from a request to its items: field numbers of protobuf, member names of JSON. */
export interface WireLevel {
  readonly fields: readonly number[]
  readonly names: readonly string[]
}

/**
 * Outermost first; the items are what the last level holds. Field numbers of
 * https://github.com/open-telemetry/opentelemetry-proto, by OTLP's path of the signal.
 */
const levelsByPath: ReadonlyMap<string, readonly WireLevel[]> = new Map([
  [
    '/v1/metrics',
    [
      { fields: [1], names: ['resourceMetrics'] },
      { fields: [2], names: ['scopeMetrics'] },
      { fields: [2], names: ['metrics'] },
      { fields: [5, 7, 9, 10, 11], names: ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] },
      { fields: [1], names: ['dataPoints'] },
    ],
  ],
  [
    '/v1/logs',
    [
      { fields: [1], names: ['resourceLogs'] },
      { fields: [2], names: ['scopeLogs'] },
      { fields: [2], names: ['logRecords'] },
    ],
  ],
])

/** @throws Error for the path of no signal */
export function levelsOf(path: string): readonly WireLevel[] {
  const levels = levelsByPath.get(path)
  if (levels === undefined) throw new Error(`the signal of ${path} is not known`)
  return levels
}
