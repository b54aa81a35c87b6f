import { z } from 'zod'
import type { Doubt } from '../../component/factory.ts'
import { secretOf } from '../../config/secret.ts'
import { checkDelivery, deliveryConfig, deliveryTarget, httpUrl } from '../otlp/delivery-config.ts'
import type { OtlpTarget } from '../otlp/exporter-settings.ts'
import { urlsBelow } from '../otlp/otlp-http-config.ts'
import { compressions } from '../otlp/wire/compression.ts'
import { newRelicLimits } from '../otlp/wire/limits.ts'
import { endpoints, regionOf } from './region.ts'

const licenseKey = z
  .string()
  .min(1, 'must not be empty; set it to a New Relic license key, or check the variable that it comes from')
  .regex(/^[!-~]*$/, 'holds blanks or characters that no license key has')
  .refine((key) => !/^NRAK/i.test(key), 'is a user key, which cannot send data; a license key (ingest) is needed')

/** The `newrelic` exporter: OTLP as New Relic wants it. */
export const newrelicConfig = z
  .strictObject({
    api_key: secretOf(licenseKey).describe('A license key (ingest).'),
    region: z.enum(['us', 'eu', 'jp', 'gov']).optional().describe("The account's region; told by the key if not set."),
    endpoint: httpUrl
      .optional()
      .describe("Base address in place of the region's, for a proxy; /v1/metrics or /v1/logs is appended."),
    compression: z.enum(compressions).default('zstd'),
    ...deliveryConfig,
  })
  .superRefine(checkDelivery)

export type NewrelicConfig = z.infer<typeof newrelicConfig>

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
