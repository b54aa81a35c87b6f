export const encodings = ['protobuf', 'json'] as const
/** How OTLP is written: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export type Encoding = (typeof encodings)[number]
