import type { OutgoingPoint, Temporality } from '../../../deltas/outgoing-point.ts'
import type { AttributeValue } from '../../../pdata/attributes.ts'
import type { Scope } from '../../../pdata/batch.ts'
import type { LogRecord } from '../../../pdata/log-record.ts'
import type { MetricInfo } from '../../../pdata/metric.ts'
import type { Signal } from '../../../pdata/signal.ts'
import type { ByteWriter } from './byte-writer.ts'

/** What stands around the messages in a message: encoded once, written into every request. */
export interface Envelope {
  /** Its number in the message around it. */
  readonly field: number
  readonly head: Uint8Array
  readonly tail: Uint8Array
}

/** An attribute within the limits. */
export interface WireAttribute {
  readonly key: string
  readonly value: AttributeValue
  /** Declared so: a whole number is sent as a double too. */
  readonly isDouble: boolean
}

/** How OTLP is written. Sizes are exact: a request is closed by them. */
export interface WireFormat {
  /** What stands before a message in the message around it: how many bytes, and the bytes. */
  frameBytes(contentBytes: number, isFirst: boolean): number
  writeFrame(out: ByteWriter, field: number, contentBytes: number, isFirst: boolean): void
  request(signal: Signal): Envelope
  /** @param attributes as `attributes` gave them, like all below */
  resource(signal: Signal, attributes: Uint8Array): Envelope
  scope(signal: Signal, scope: Scope): Envelope
  metric(metric: MetricInfo): Envelope
  /** Of a metric: what its points are in. */
  data(metric: MetricInfo, temporality: Temporality): Envelope
  attributes(of: 'resource' | 'point' | 'record', attributes: readonly WireAttribute[]): Uint8Array
  /** @param own more attributes */
  pointBytes(attributes: Uint8Array, own: Uint8Array, point: OutgoingPoint): number
  writePoint(out: ByteWriter, attributes: Uint8Array, own: Uint8Array, point: OutgoingPoint): void
  record(record: LogRecord, attributes: Uint8Array): Uint8Array
}

/** Whole numbers are sent as integers, unless they are declared double or don't fit into 64 bits. */
export function isInteger({ value, isDouble }: WireAttribute): boolean {
  return !isDouble && Number.isInteger(value) && Number(value) >= -(2 ** 63) && Number(value) < 2 ** 63
}

/** @param ms milliseconds since the Unix epoch; a microsecond is the least that is kept */
export function toMicros(ms: number): number {
  return Math.max(0, Math.round(ms * 1_000))
}
