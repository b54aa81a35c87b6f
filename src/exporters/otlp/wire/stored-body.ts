import type { Signal } from '../../../pdata/signal.ts'
import type { Encoding } from './encoding.ts'
import { countInJson, sliceJson } from './json-items.ts'
import { countInProtobuf, sliceProtobuf } from './protobuf-items.ts'
import { wireLevels } from './wire-level.ts'

/** An encoded request, not compressed. */
export interface EncodedRequest {
  readonly bytes: Uint8Array
  readonly encoding: Encoding
  readonly signal: Signal
}

/**
 * How many data points or log records a request holds.
 * @throws Error where it isn't such a request
 */
export function countItems({ bytes, encoding, signal }: EncodedRequest): number {
  const levels = wireLevels[signal]
  return encoding === 'protobuf' ? countInProtobuf(bytes, levels) : countInJson(bytes, levels)
}

/**
 * The request with its items from `start` up to `end` alone, byte for byte as if only those had been encoded; what is
 * left without items is left out.
 * @throws Error where it isn't such a request
 */
export function sliceItems({ bytes, encoding, signal }: EncodedRequest, start: number, end: number): Uint8Array {
  const levels = wireLevels[signal]
  return encoding === 'protobuf' ? sliceProtobuf(bytes, levels, start, end) : sliceJson(bytes, levels, start, end)
}
