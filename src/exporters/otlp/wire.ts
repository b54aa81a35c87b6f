import type { Encoding } from './encode.ts'
import { countInJson, sliceJson } from './wire-json.ts'
import { countInProtobuf, sliceProtobuf } from './wire-protobuf.ts'

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

/** An encoded request, not compressed. */
export interface EncodedRequest {
  readonly bytes: Uint8Array
  readonly encoding: Encoding
  /** OTLP's path of the signal, e.g. `/v1/metrics`. */
  readonly path: string
}

/**
 * How many data points or log records a request holds.
 * @throws Error where it isn't such a request
 */
export function countItems({ bytes, encoding, path }: EncodedRequest): number {
  const levels = levelsOf(path)
  return encoding === 'protobuf' ? countInProtobuf(bytes, levels) : countInJson(bytes, levels)
}

/**
 * The request with its items from `start` up to `end` alone, byte for byte as if only those had been encoded; what is
 * left without items is left out.
 * @throws Error where it isn't such a request
 */
export function sliceItems({ bytes, encoding, path }: EncodedRequest, start: number, end: number): Uint8Array {
  const levels = levelsOf(path)
  return encoding === 'protobuf' ? sliceProtobuf(bytes, levels, start, end) : sliceJson(bytes, levels, start, end)
}

function levelsOf(path: string): readonly WireLevel[] {
  const levels = levelsByPath.get(path)
  if (levels === undefined) throw new Error(`the signal of ${path} is not known`)
  return levels
}
