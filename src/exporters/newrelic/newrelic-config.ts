import { type Config, configKeys } from '../../../generated/newrelic/config.ts'
import type { Doubt } from '../../component/factory.ts'
import { checkDelivery, deliveryTarget } from '../otlp/delivery-config.ts'
import type { OtlpTarget } from '../otlp/exporter-settings.ts'
import { urlsBelow } from '../otlp/otlp-http-config.ts'
import { newRelicLimits } from '../otlp/wire/limits.ts'
import { endpoints, regionOf } from './region.ts'

/** The `newrelic` exporter: OTLP as New Relic wants it. */
export const newrelicConfig = configKeys.superRefine(checkDelivery)

export type NewrelicConfig = Config

/** What is doubtful of it. Every license key (ingest) that New Relic has given out so far is as long. */
export function newrelicDoubts({ api_key }: NewrelicConfig): Doubt[] {
  const looksRight = /^[0-9a-z]{40}$/i.test(api_key.reveal())
  const message = "doesn't look like a license key (ingest): those are 40 letters and digits"
  return looksRight ? [] : [{ path: ['api_key'], message }]
}

/** What an exporter needs to know of it. */
export function newrelicTarget(config: NewrelicConfig): OtlpTarget {
  const key = config.api_key.reveal()
  return {
    urls: urlsBelow(config.endpoint ?? endpoints[config.region ?? regionOf(key)]),
    headers: { 'api-key': key },
    compression: config.compression,
    encoding: 'protobuf',
    temporality: 'delta',
    limits: newRelicLimits,
    ...deliveryTarget(config),
  }
}
