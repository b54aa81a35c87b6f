import type { z } from 'zod'
import type { Config } from '../../../generated/otlp/config.ts'
import type { BackoffSettings } from '../../component/backoff.ts'
import { formatDuration } from '../../config/duration.ts'
import type { TlsSettings } from './delivery/dispatcher.ts'

/** The keys of delivery.yaml, which every exporter over HTTP has. */
export type DeliveryConfig = Pick<Config, 'timeout' | 'retry_on_failure' | 'sending_queue' | 'batch' | 'tls'>

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
