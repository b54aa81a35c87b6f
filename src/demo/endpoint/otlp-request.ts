import { z } from 'zod'

/** 64-bit integers come as strings from protobuf and from most JSON, as numbers from some. */
const integer = z.union([z.string(), z.number()]).transform((value) => BigInt(value))
const nanoseconds = integer.default(0n)

/** OTLP/JSON writes what JSON can't say as strings. */
const double = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)])

/** Bytes come as numbers from protobuf, as base64 from JSON. */
const bytes = z.union([z.string(), z.array(z.number()).transform((list) => Buffer.from(list).toString('base64'))])

/** A trace or span id in hex, as JSON has it; bytes come as numbers from protobuf. */
const id = z
  .union([z.string().toLowerCase(), z.array(z.number()).transform((list) => Buffer.from(list).toString('hex'))])
  .default('')

/** An attribute's value as it came; which member is there says its type, none is OTLP's null. */
export interface AnyValue {
  readonly stringValue?: string | undefined
  readonly boolValue?: boolean | undefined
  readonly intValue?: bigint | undefined
  readonly doubleValue?: number | undefined
  readonly arrayValue?: { readonly values: readonly AnyValue[] } | undefined
  readonly kvlistValue?: { readonly values: readonly KeyValue[] } | undefined
  readonly bytesValue?: string | undefined
}

export interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

const anyValue: z.ZodType<AnyValue> = z.lazy(() =>
  z.object({
    stringValue: z.string().optional(),
    boolValue: z.boolean().optional(),
    intValue: integer.optional(),
    doubleValue: double.optional(),
    arrayValue: z.object({ values: z.array(anyValue).default([]) }).optional(),
    kvlistValue: z.object({ values: keyValues }).optional(),
    bytesValue: bytes.optional(),
  }),
)

const keyValues: z.ZodType<readonly KeyValue[]> = z.lazy(() =>
  z.array(z.object({ key: z.string().default(''), value: anyValue.default({}) })).default([]),
)

const resource = z.object({ attributes: keyValues }).default({ attributes: [] })

const scope = z
  .object({ name: z.string().default(''), version: z.string().default(''), attributes: keyValues })
  .default({ name: '', version: '', attributes: [] })

const numberDataPoint = z.object({
  startTimeUnixNano: nanoseconds,
  timeUnixNano: nanoseconds,
  asDouble: double.optional(),
  asInt: integer.optional(),
  attributes: keyValues,
})

const dataPoints = z.array(numberDataPoint).default([])
/** Distributions are counted, not read. */
const distribution = z.object({ dataPoints: z.array(z.unknown()).default([]) }).optional()

const metric = z.object({
  name: z.string().default(''),
  description: z.string().default(''),
  unit: z.string().default(''),
  gauge: z.object({ dataPoints }).optional(),
  sum: z
    .object({ dataPoints, aggregationTemporality: z.number().default(0), isMonotonic: z.boolean().default(false) })
    .optional(),
  histogram: distribution,
  exponentialHistogram: distribution,
  summary: distribution,
})

export const metricsRequest = z.object({
  resourceMetrics: z
    .array(z.object({ resource, scopeMetrics: z.array(z.object({ scope, metrics: z.array(metric).default([]) })) }))
    .default([]),
})

const logRecord = z.object({
  timeUnixNano: nanoseconds,
  observedTimeUnixNano: nanoseconds,
  severityNumber: z.number().default(0),
  severityText: z.string().default(''),
  eventName: z.string().default(''),
  body: anyValue.optional(),
  attributes: keyValues,
  flags: z.number().default(0),
  traceId: id,
  spanId: id,
})

export const logsRequest = z.object({
  resourceLogs: z
    .array(z.object({ resource, scopeLogs: z.array(z.object({ scope, logRecords: z.array(logRecord).default([]) })) }))
    .default([]),
})

export type OtlpMetric = z.infer<typeof metric>
export type OtlpDataPoint = z.infer<typeof numberDataPoint>
export type OtlpLogRecord = z.infer<typeof logRecord>
export type MetricsRequest = z.infer<typeof metricsRequest>
export type LogsRequest = z.infer<typeof logsRequest>
