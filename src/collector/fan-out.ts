import type { Consumer } from '../component/consumer.ts'
import type { Signal } from '../pdata/signal.ts'
import { errorMessage } from '../telemetry/error-message.ts'

/**
 * One consumer out of the exporters that a receiver's pipelines end in. Each gets every batch of its signals, whatever
 * becomes of it at the others. Consuming resolves when all have answered and at least one took the batch; what the others
 * refused is in their own accounts. It rejects with an AggregateError when none took it.
 */
export function fanOut(consumers: Readonly<Record<Signal, readonly Consumer[]>>): Consumer {
  const { metrics, logs } = consumers
  const signals = new Set<Signal>()
  if (metrics.length > 0) signals.add('metrics')
  if (logs.length > 0) signals.add('logs')
  return {
    signals,
    consume: (batch, signal) => toEach(metrics, (consumer) => consumer.consume(batch, signal)),
    consumeLogs: (batch, signal) => toEach(logs, (consumer) => consumer.consumeLogs(batch, signal)),
  }
}

async function toEach(consumers: readonly Consumer[], give: (consumer: Consumer) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(consumers.map(async (consumer) => give(consumer)))
  const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []))
  if (errors.length < results.length || results.length === 0) return
  throw new AggregateError(errors, `no exporter took the batch: ${errors.map(errorMessage).join('; ')}`)
}
