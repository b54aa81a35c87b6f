import { type Config, configKeys } from '../../../generated/otlp/config.ts'
import type { Signal } from '../../pdata/signal.ts'
import { checkDelivery, deliveryTarget } from './delivery-config.ts'
import type { OtlpTarget } from './exporter-settings.ts'
import { signalPaths } from './wire/signal-paths.ts'

/** The `otlp_http` exporter: any OTLP endpoint. */
export const otlpHttpConfig = configKeys
  .refine(({ endpoint, metrics_endpoint, logs_endpoint }) => endpoint ?? metrics_endpoint ?? logs_endpoint, {
    path: ['endpoint'],
    error: 'must be set, or metrics_endpoint or logs_endpoint',
  })
  .superRefine(checkDelivery)

export type OtlpHttpConfig = Config

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
