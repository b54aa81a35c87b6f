import { expect, test } from 'vitest'
import { folderWith, start } from './support/otelephant.ts'
import { configuration, endpointOf, useWatched } from './support/watched.ts'

const watched = useWatched()

test('the internal receiver delivers what the process, the receivers and the exporters count', async ({ signal }) => {
  const { cluster } = await watched()
  const endpoint = await endpointOf()
  const receivers = { internal: '{collection_interval: 1s, instance: collector-7}' }
  const parts = { cluster, endpoint, receiver: ['databases: [postgres]'], receivers }
  const cwd = await folderWith({ 'otelephant.yaml': configuration(parts) })
  const otelephant = start(['run', '-c', 'otelephant.yaml'], { cwd })
  const { received } = endpoint
  await endpoint.waitFor(() => received.total({ metric: 'otelcol_exporter_sent_metric_points' }) > 0, signal)
  await endpoint.waitFor(() => received.total({ metric: 'otelcol_receiver_accepted_metric_points' }) > 0, signal)
  const scraped = { receiver: 'postgresql', scraper: 'server' }
  const isScraped = () =>
    received.points({ metric: 'otelcol_scraper_scraped_metric_points', attributes: scraped }).length > 0
  await endpoint.waitFor(isScraped, signal)
  otelephant.kill('SIGTERM')
  expect((await otelephant.ended).code).toBe(0)

  const [sent] = received.points({ metric: 'otelcol_exporter_sent_metric_points' })
  expect(sent).toMatchObject({
    unit: '{datapoint}',
    temporality: 'delta',
    attributes: { exporter: 'newrelic' },
    resource: { 'service.name': 'otelephant', 'service.instance.id': 'collector-7' },
  })
  // Deltas of what was sent never say more than the account does.
  const { sent: accounted } = await otelephant.logged('Stopped.')
  expect(received.total({ metric: 'otelcol_exporter_sent_metric_points' })).toBeLessThanOrEqual(Number(accounted))
  for (const [metric, attributes] of Object.entries({
    otelcol_exporter_queue_size: { exporter: 'newrelic' },
    otelephant_exporter_queue_bytes: { exporter: 'newrelic' },
    otelephant_exporter_requests: { exporter: 'newrelic', status: '200' },
    otelephant_exporter_request_bytes: { exporter: 'newrelic', stage: 'compressed' },
    otelephant_exporter_absorbed_metric_points: { exporter: 'newrelic', reason: 'first_sight' },
    otelcol_scraper_scraped_metric_points: { receiver: 'postgresql', scraper: 'server' },
    otelcol_process_memory_rss: {},
    otelcol_process_uptime: {},
  })) {
    expect(received.points({ metric, attributes }), metric).not.toEqual([])
  }
  expect(received.violations()).toEqual([])
})
