import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { startEndpoint } from '../../../src/demo/endpoint/endpoint.ts'
import { otlpHttpConfig } from '../../../src/exporters/otlp/otlp-http-config.ts'
import { otlpHttpExporter } from '../../../src/exporters/otlp/otlp-http-exporter.ts'
import { collectorSettings } from '../../collector/support/recorded.ts'
import { at } from '../../deltas/support/points.ts'
import { temporaryFolder } from './queue/support/store-samples.ts'

const fixture = join(import.meta.dirname, 'queue/fixtures/queue-logs.ts')

/** Queues log records in a process of its own that is killed; what it had said to be stored until then. */
async function storedUntilKilled(url: string, folder: string, lines: number): Promise<number> {
  const child = spawn(process.execPath, [fixture, url, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let stored = 0
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    stored = Number(line)
    seen += 1
    if (seen === lines) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return stored
}

test('after kill -9 every record that was stored is delivered, once', async ({ signal }) => {
  using folder = temporaryFolder()
  await using endpoint = await startEndpoint({
    apiKey: 'key-of-the-test',
    now: () => at(20),
    respond: () => ({ status: 503 }),
  })
  const stored = await storedUntilKilled(endpoint.url, folder.path, 40)
  expect(stored).toBeGreaterThanOrEqual(120)

  endpoint.respondWith(undefined)
  const config = otlpHttpConfig.parse({
    endpoint: endpoint.url,
    headers: { 'api-key': 'key-of-the-test' },
    sending_queue: { storage: folder.path },
  })
  const settings = { ...collectorSettings(), id: 'otlp_http/a' }
  using store = otlpHttpExporter.createStore(config, settings)
  const exporter = otlpHttpExporter.create(config, settings, store)
  await exporter.start({ report() {} })
  const { queued } = exporter.account()
  await exporter.flush(signal)
  await exporter.shutdown()

  const pids = endpoint.received.logs().map(({ attributes }) => Number(attributes['postgresql.pid']))
  expect(pids.toSorted((one, other) => one - other)).toEqual(Array.from({ length: queued }, (_, index) => index + 1))
  // The batch that the kill came upon may be there or not, but not in part.
  expect([stored, stored + 3]).toContain(queued)
  expect(endpoint.received.violations()).toEqual([])
  expect(exporter.account()).toEqual({ consumed: queued, sent: queued, queued: 0, dropped: {}, absorbed: {} })
}, 30_000)
