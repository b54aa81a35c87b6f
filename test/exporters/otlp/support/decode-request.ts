import { parse, type Type } from 'protobufjs'
import { z } from 'zod'

/** The parts of opentelemetry/proto/metrics/v1/metrics.proto that the tests look at, under its field numbers. */
const proto = `
syntax = "proto3";
message Request { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; }
message Scope { string name = 1; string version = 2; }
message Metric {
  string name = 1; string description = 2; string unit = 3;
  oneof data { Points gauge = 5; Sum sum = 7; Histogram histogram = 9; }
}
message Points { repeated Point data_points = 1; }
message Sum { repeated Point data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message HistogramPoint { fixed64 count = 4; }
message Point {
  repeated KeyValue attributes = 7;
  fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  oneof value { double as_double = 4; sfixed64 as_int = 6; }
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`
const requestType: Type = parse(proto).root.lookupType('Request')

const number = z.union([z.number(), z.string()]).transform(Number)
const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])))
const points = z.array(
  z.object({
    attributes,
    startTimeUnixNano: number,
    timeUnixNano: number,
    asInt: number.optional(),
    asDouble: z.number().optional(),
  }),
)
const request = z.object({
  resourceMetrics: z
    .array(
      z.object({
        resource: z.object({ attributes }),
        scopeMetrics: z.array(
          z.object({
            scope: z.object({ name: z.string(), version: z.string().optional() }),
            metrics: z.array(
              z.object({
                name: z.string(),
                description: z.string().optional(),
                unit: z.string().optional(),
                gauge: z.object({ dataPoints: points }).optional(),
                sum: z
                  .object({
                    dataPoints: points,
                    aggregationTemporality: z.number(),
                    isMonotonic: z.boolean().default(false),
                  })
                  .optional(),
                histogram: z
                  .object({ dataPoints: z.array(z.unknown()), aggregationTemporality: z.number() })
                  .optional(),
              }),
            ),
          }),
        ),
      }),
    )
    .default([]),
})

export type DecodedRequest = z.infer<typeof request>

/** A point out of a request, with what it was found under. */
export interface DecodedPoint {
  readonly metric: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
  readonly value: number
  /** Milliseconds since the Unix epoch. */
  readonly startMs: number
  readonly endMs: number
  readonly temporality: 'delta' | 'cumulative' | undefined
}

export function decodeRequest(body: Uint8Array, encoding: 'protobuf' | 'json' = 'protobuf'): DecodedRequest {
  if (encoding === 'json') return request.parse(JSON.parse(Buffer.from(body).toString()))
  return request.parse(requestType.toObject(requestType.decode(body), { longs: String }))
}

export function pointsOf({ resourceMetrics }: DecodedRequest): DecodedPoint[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .flatMap(({ name, sum, gauge }) =>
        (sum?.dataPoints ?? gauge?.dataPoints ?? []).map((point) => ({
          metric: name,
          attributes: point.attributes,
          resource: resource.attributes,
          value: point.asInt ?? point.asDouble ?? Number.NaN,
          startMs: point.startTimeUnixNano / 1e6,
          endMs: point.timeUnixNano / 1e6,
          temporality:
            sum === undefined
              ? undefined
              : sum.aggregationTemporality === 1
                ? ('delta' as const)
                : ('cumulative' as const),
        })),
      ),
  )
}
