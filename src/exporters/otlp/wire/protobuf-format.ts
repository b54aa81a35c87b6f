import type { OutgoingPoint } from '../../../deltas/outgoing-point.ts'
import type { LogRecord } from '../../../pdata/log-record.ts'
import { ByteWriter, varintBytes } from './byte-writer.ts'
import { isInteger, toMicros, type WireAttribute, type WireFormat } from './wire-format.ts'

/*
 * The numbers of fields are those of opentelemetry-proto 1.9.0, package opentelemetry.proto:
 * https://github.com/open-telemetry/opentelemetry-proto/tree/v1.9.0/opentelemetry/proto. All are below 16, so a tag is
 * one byte: the number and the wire type, https://protobuf.dev/programming-guides/encoding/#structure.
 */
const varint = 0
const fixed64 = 1
const delimited = 2
const fixed32 = 5
const tag = (field: number, wireType: number): number => field * 8 + wireType

const attributeFields = { resource: 1, record: 6, point: 7 } as const
const temporalities = { delta: 1, cumulative: 2 } as const
/** Of a point: start, end and value, each 64 bits behind a tag. */
const numbersBytes = 27
const none = new Uint8Array()

/** OTLP as protobuf, byte for byte as the SDK's serializer writes it. */
export function protobufFormat(): WireFormat {
  const scratch = new ByteWriter(1_024)
  const encoded = (write: (out: ByteWriter) => void): Uint8Array => {
    write(scratch)
    return scratch.take()
  }
  return {
    frameBytes: (contentBytes) => 1 + varintBytes(contentBytes),
    writeFrame(out, field, contentBytes) {
      out.byte(tag(field, delimited))
      out.varint(contentBytes)
    },
    request: () => ({ field: 0, head: none, tail: none }),
    resource: (_, attributes) => {
      const head = encoded((out) => {
        message(out, 1, () => {
          out.reserve(attributes.length + 2)
          out.raw(attributes)
          // Dropped attributes.
          out.byte(tag(2, varint))
          out.varint(0)
        })
      })
      return { field: 1, head, tail: none }
    },
    scope: (_, { name, version }) => {
      const head = encoded((out) => {
        message(out, 1, () => {
          text(out, 1, name)
          if (version !== '') text(out, 2, version)
        })
      })
      return { field: 2, head, tail: none }
    },
    metric: ({ name, unit }) => {
      const head = encoded((out) => {
        text(out, 1, name)
        if (unit !== '') text(out, 3, unit)
      })
      return { field: 2, head, tail: none }
    },
    data: ({ kind, monotonic }, temporality) => {
      if (kind === 'gauge') return { field: 5, head: none, tail: none }
      const sum = [tag(2, varint), temporalities[temporality]]
      return { field: 7, head: none, tail: Uint8Array.from(monotonic ? [...sum, tag(3, varint), 1] : sum) }
    },
    attributes: (of, attributes) =>
      encoded((out) => {
        for (const one of attributes) {
          message(out, attributeFields[of], () => {
            text(out, 1, one.key)
            message(out, 2, () => anyValue(out, one))
          })
        }
      }),
    pointBytes: (attributes, own) => attributes.length + own.length + numbersBytes,
    writePoint(out, attributes, own, { series, startMs, endMs, value }: OutgoingPoint) {
      out.byte(tag(2, fixed64))
      out.nanoseconds(toMicros(startMs))
      out.byte(tag(3, fixed64))
      out.nanoseconds(toMicros(endMs))
      if (series.metric.valueType === 'int') {
        out.byte(tag(6, fixed64))
        out.fixed64(value)
      } else {
        out.byte(tag(4, fixed64))
        out.double(value)
      }
      out.raw(attributes)
      out.raw(own)
    },
    record: (record, attributes) => encoded((out) => logRecord(out, record, attributes)),
  }
}

function message(out: ByteWriter, field: number, write: () => void): void {
  out.reserve(1)
  out.byte(tag(field, delimited))
  out.delimited(write)
}

function text(out: ByteWriter, field: number, value: string): void {
  message(out, field, () => out.text(value))
}

function anyValue(out: ByteWriter, one: WireAttribute): void {
  const { value } = one
  out.reserve(11)
  if (typeof value === 'string') {
    text(out, 1, value)
  } else if (typeof value === 'boolean') {
    out.byte(tag(2, varint))
    out.varint(Number(value))
  } else if (isInteger(one)) {
    out.byte(tag(3, varint))
    out.varint64(value)
  } else {
    out.byte(tag(4, fixed64))
    out.double(value)
  }
}

function logRecord(out: ByteWriter, { timeMs, trace, eventName }: LogRecord, attributes: Uint8Array): void {
  // The times, what is dropped, the flags, and the ids.
  out.reserve(attributes.length + 2 * 9 + 2 + 5 + 18 + 10)
  out.byte(tag(1, fixed64))
  out.nanoseconds(toMicros(timeMs))
  out.raw(attributes)
  out.byte(tag(7, varint))
  out.varint(0)
  if (trace !== undefined) {
    if (trace.flags !== 0) {
      out.byte(tag(8, fixed32))
      out.fixed32(trace.flags)
    }
    for (const [field, id] of [
      [9, trace.traceId],
      [10, trace.spanId],
    ] as const) {
      const bytes = Buffer.from(id, 'hex')
      out.byte(tag(field, delimited))
      out.varint(bytes.length)
      out.raw(bytes)
    }
  }
  out.byte(tag(11, fixed64))
  out.nanoseconds(toMicros(timeMs))
  if (eventName !== '') text(out, 12, eventName)
}
