import { z } from 'zod'
import type { BackoffSettings } from '../../component/backoff.ts'
import { byteSize } from '../../config/byte-size.ts'
import { certificateFile } from '../../config/database-url/pem-file.ts'
import { duration, formatDuration, positiveDuration } from '../../config/duration.ts'
import type { TlsSettings } from './delivery/dispatcher.ts'
import { onFullChoices } from './queue/delivery-store.ts'

/** An address that requests go to. */
export const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'expected an address such as https://otlp.example.com:4318',
})

const leastQueueBytes = 2_000_000
const longestAgeMs = 48 * 3_600_000

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
      num_consumers: z
        .int()
        .min(1)
        .max(100)
        .default(8)
        .describe('Most requests in flight at once; fewer while the endpoint throttles or answers slowly.'),
      storage: z
        .string()
        .min(1, 'must not be empty; leave it out to keep the queue in memory')
        .optional()
        .describe('Folder of the queue and of what deltas are counted from, so that both outlive the process.'),
      max_size: byteSize
        .refine((bytes) => bytes >= leastQueueBytes, 'must hold at least two requests: 2MB')
        .optional()
        .describe('Compressed bytes that may wait: 512MiB on disk, 64MiB in memory, unless said otherwise.'),
      max_age: positiveDuration
        .prefault('47h')
        .refine((ms) => ms <= longestAgeMs, 'must not be above 48h: New Relic refuses what is older')
        .describe('What waited for longer is dropped.'),
      on_full: z
        .enum(onFullChoices)
        .optional()
        .describe(
          'The oldest requests make room (drop_oldest, the default with storage), or batches are refused and their increments come with a later scrape (block, the default in memory).',
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

/** Finds shared keys that contradict each other. */
export function checkDelivery(
  { sending_queue, retry_on_failure }: Pick<DeliveryConfig, 'sending_queue' | 'retry_on_failure'>,
  context: z.RefinementCtx,
): void {
  const longestPauseMs = Math.max(retry_on_failure.initial_interval, retry_on_failure.max_interval)
  if (sending_queue.max_age > longestPauseMs) return
  context.addIssue({
    code: 'custom',
    path: ['sending_queue', 'max_age'],
    message: `must be longer than the pause between two tries (${formatDuration(longestPauseMs)}, retry_on_failure): nothing would be tried twice`,
  })
}

/** What the shared keys come to. */
export function deliveryTarget(config: DeliveryConfig): {
  readonly timeoutMs: number
  readonly backoff: BackoffSettings
  readonly flushTimeoutMs: number
  readonly concurrency: number
  readonly tls: TlsSettings
} {
  const { ca_file: ca, insecure_skip_verify: skipVerify } = config.tls
  const { initial_interval: initialMs, max_interval: maxMs } = config.retry_on_failure
  return {
    timeoutMs: config.timeout,
    backoff: { initialMs, maxMs: Math.max(initialMs, maxMs), multiplier: 1.5, jitter: 0.5 },
    flushTimeoutMs: config.batch.flush_timeout,
    concurrency: config.sending_queue.num_consumers,
    tls: {
      rejectUnauthorized: !skipVerify,
      ...(ca === undefined ? {} : { ca }),
    },
  }
}
