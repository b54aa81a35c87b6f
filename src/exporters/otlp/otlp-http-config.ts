import { z } from 'zod'
import { secret } from '../../config/secret.ts'
import type { Signal } from '../../pdata/signal.ts'
import { checkDelivery, deliveryConfig, deliveryTarget, httpUrl } from './delivery-config.ts'
import type { OtlpTarget } from './exporter-settings.ts'
import { compressions } from './wire/compression.ts'
import { encodings } from './wire/encode-points.ts'
import { signalPaths } from './wire/signal-paths.ts'

/** The `otlp_http` exporter: any OTLP endpoint. */
export const otlpHttpConfig = z
  .strictObject({
    endpoint: httpUrl.optional().describe('Base address; /v1/metrics or /v1/logs is appended.'),
    metrics_endpoint: httpUrl.optional().describe('The whole address of metrics, used as it is.'),
    logs_endpoint: httpUrl.optional().describe('The whole address of logs, used as it is.'),
    headers: z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is not a header name'), secret).default({}),
    compression: z.enum(compressions).default('gzip'),
    encoding: z.enum(encodings).default('protobuf'),
    temporality: z
      .enum(['cumulative', 'delta'])
      .default('cumulative')
      .describe('How counters are sent: as the server counts them, or what was added since the previous scrape.'),
    ...deliveryConfig,
  })
  .refine(({ endpoint, metrics_endpoint, logs_endpoint }) => endpoint ?? metrics_endpoint ?? logs_endpoint, {
    path: ['endpoint'],
    error: 'must be set, or metrics_endpoint or logs_endpoint',
  })
  .superRefine(checkDelivery)

export type OtlpHttpConfig = z.infer<typeof otlpHttpConfig>

/** What an exporter needs to know of it. */
export function otlpHttpTarget(config: OtlpHttpConfig): OtlpTarget {
  const { compression, encoding, temporality } = config
  return {
    urls: otlpHttpUrls(config),
    headers: Object.fromEntries(Object.entries(config.headers).map(([name, value]) => [name, value.reveal()])),
    compression,
    encoding,
    temporality,
    ...deliveryTarget(config),
  }
}

/** The address of each signal that there is one for. */
export function otlpHttpUrls({ endpoint, metrics_endpoint, logs_endpoint }: OtlpHttpConfig): OtlpTarget['urls'] {
  return {
    ...(endpoint === undefined ? {} : urlsBelow(endpoint)),
    ...(metrics_endpoint === undefined ? {} : { metrics: metrics_endpoint }),
    ...(logs_endpoint === undefined ? {} : { logs: logs_endpoint }),
  }
}

/** The address of each signal below a base address. */
export function urlsBelow(endpoint: string): Readonly<Record<Signal, string>> {
  const base = endpoint.replace(/\/+$/, '')
  return { metrics: `${base}${signalPaths.metrics}`, logs: `${base}${signalPaths.logs}` }
}
