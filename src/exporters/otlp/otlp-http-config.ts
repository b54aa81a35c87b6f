import { z } from 'zod'
import { secret } from '../../config/secret.ts'
import { compressions } from './compression.ts'
import { checkDelivery, deliveryConfig, deliveryTarget, httpUrl } from './delivery-config.ts'
import { encodings } from './encode.ts'
import type { OtlpTarget } from './exporter-settings.ts'

/** The `otlp_http` exporter: any OTLP endpoint. */
export const otlpHttpConfig = z
  .strictObject({
    endpoint: httpUrl.optional().describe('Base address; /v1/metrics is appended.'),
    metrics_endpoint: httpUrl.optional().describe('The whole address of metrics, used as it is.'),
    headers: z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is not a header name'), secret).default({}),
    compression: z.enum(compressions).default('gzip'),
    encoding: z.enum(encodings).default('protobuf'),
    temporality: z
      .enum(['cumulative', 'delta'])
      .default('cumulative')
      .describe('How counters are sent: as the server counts them, or what was added since the previous scrape.'),
    ...deliveryConfig,
  })
  .refine((config) => config.endpoint !== undefined || config.metrics_endpoint !== undefined, {
    path: ['endpoint'],
    error: 'must be set, or metrics_endpoint',
  })
  .superRefine(checkDelivery)

export type OtlpHttpConfig = z.infer<typeof otlpHttpConfig>

/** What an exporter needs to know of it. */
export function otlpHttpTarget(config: OtlpHttpConfig): OtlpTarget {
  const { compression, encoding, temporality } = config
  return {
    metricsUrl: config.metrics_endpoint ?? metricsUrl(config.endpoint ?? ''),
    headers: Object.fromEntries(Object.entries(config.headers).map(([name, value]) => [name, value.reveal()])),
    ...{ compression, encoding, temporality },
    ...deliveryTarget(config),
  }
}

/** The address of metrics below a base address. */
export function metricsUrl(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/metrics`
}
