import { z } from 'zod'
import type { BackoffSettings } from '../../component/backoff.ts'
import { byteSize } from '../../config/byte-size.ts'
import { duration, positiveDuration } from '../../config/duration.ts'
import { certificateFile } from '../../config/pem-file.ts'
import type { TlsSettings } from './dispatcher.ts'

/** An address that requests go to. */
export const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'expected an address such as https://otlp.example.com:4318',
})

/** Keys that every exporter over HTTP has. */
export const deliveryConfig = {
  timeout: positiveDuration
    .prefault('30s')
    .describe('Deadline of one attempt, from the connection to the last byte of the answer.'),
  retry_on_failure: z
    .strictObject({
      initial_interval: positiveDuration.prefault('5s').describe('Pause after the first failure.'),
      max_interval: positiveDuration.prefault('30s').describe('Longest pause; a Retry-After may be longer.'),
    })
    .prefault({})
    .describe('Requests are tried until they are delivered; only the pauses between the tries can be set.'),
  sending_queue: z
    .strictObject({
      max_size: byteSize
        .prefault('64MiB')
        .describe(
          'Compressed bytes that may wait. Past it batches are refused, and the increments come with a later scrape.',
        ),
    })
    .prefault({}),
  batch: z
    .strictObject({
      flush_timeout: duration.prefault('200ms').describe('How long a request waits for the points of other queries.'),
    })
    .prefault({}),
  tls: z
    .strictObject({
      ca_file: certificateFile.optional().describe('Certificates to trust (PEM), in place of the built-in ones.'),
      insecure_skip_verify: z.boolean().default(false).describe('Accepts any certificate. For tests only.'),
    })
    .prefault({}),
}

const schema = z.strictObject(deliveryConfig)
export type DeliveryConfig = z.infer<typeof schema>

/** What the shared keys come to. */
export function deliveryTarget(config: DeliveryConfig): {
  readonly timeoutMs: number
  readonly backoff: BackoffSettings
  readonly lingerMs: number
  readonly tls: TlsSettings
} {
  const { ca_file: ca, insecure_skip_verify: skipVerify } = config.tls
  const { initial_interval: initialMs, max_interval: maxMs } = config.retry_on_failure
  return {
    timeoutMs: config.timeout,
    backoff: { initialMs, maxMs: Math.max(initialMs, maxMs), multiplier: 1.5, jitter: 0.5 },
    lingerMs: config.batch.flush_timeout,
    tls: {
      rejectUnauthorized: !skipVerify,
      ...(ca === undefined ? {} : { ca }),
    },
  }
}
