import type { Consumer } from '../component/consumer.ts'
import { errorMessage } from '../telemetry/error-message.ts'

/**
 * One consumer out of a pipeline's exporters. Each gets every batch, whatever becomes of it at the others.
 * Consuming resolves when all have answered and at least one took the batch; what the others refused is in their own
 * accounts. It rejects with an AggregateError when none took it.
 */
export function fanOut(consumers: readonly Consumer[]): Consumer {
  return {
    async consume(batch, signal) {
      const results = await Promise.allSettled(consumers.map(async (consumer) => consumer.consume(batch, signal)))
      if (results.some((result) => result.status === 'fulfilled')) return
      const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []))
      throw new AggregateError(errors, `no exporter took the batch: ${errors.map(errorMessage).join('; ')}`)
    },
  }
}
