import { expect, test } from 'vitest'
import {
  type ExporterTelemetry,
  noExporterTelemetry,
} from '../../../../src/exporters/otlp/account/exporter-telemetry.ts'
import { Ledger } from '../../../../src/exporters/otlp/account/ledger.ts'

/** Telemetry of one signal that writes down what it was called with. */
function recording(signal: string, calls: string[]): ExporterTelemetry {
  const record =
    (what: string) =>
    (...args: readonly unknown[]) =>
      calls.push([signal, what, ...args].join(' '))
  return {
    ...noExporterTelemetry,
    sent: record('sent'),
    sendFailed: record('sendFailed'),
    enqueueFailed: record('enqueueFailed'),
    dropped: record('dropped'),
    absorbed: record('absorbed'),
  }
}

test('one call counts in the account and on the instruments of its signal', () => {
  const calls: string[] = []
  const ledger = new Ledger(5, { metrics: recording('metrics', calls), logs: recording('logs', calls) })
  ledger.metrics.consumed(40)
  ledger.metrics.absorbed('zero', 7)
  ledger.metrics.sent(11)
  ledger.metrics.dropped('queue_full', 3)
  ledger.logs.consumed(6)
  ledger.logs.sendFailed('rejected', 4)
  ledger.logs.sent(2)
  expect(ledger.read(24)).toEqual({
    consumed: 51,
    sent: 13,
    queued: 24,
    dropped: { queue_full: 3, rejected: 4 },
    absorbed: { zero: 7 },
  })
  expect(calls).toEqual([
    'metrics absorbed zero 7',
    'metrics sent 11',
    'metrics dropped queue_full 3',
    'logs dropped rejected 4',
    'logs sendFailed 4',
    'logs sent 2',
  ])
})

test('what the queue refused is not consumed, and nothing of a reason gives no entry', () => {
  const calls: string[] = []
  const ledger = new Ledger(0, { metrics: recording('metrics', calls), logs: recording('logs', calls) })
  ledger.metrics.enqueueFailed(9)
  ledger.metrics.dropped('too_large', 0)
  ledger.metrics.absorbed('zero', 0)
  expect(ledger.read(0)).toEqual({ consumed: 0, sent: 0, queued: 0, dropped: {}, absorbed: {} })
  expect(calls).toEqual(['metrics enqueueFailed 9'])
})
