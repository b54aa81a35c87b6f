import { expect, test } from 'vitest'
import { folderWith, type Otelephant, start } from './support/otelephant.ts'
import { licenseKey } from './support/secrets.ts'
import { endpointOf, useWatched } from './support/watched.ts'

const watched = useWatched()

/** With an interval so long that waiting for the second scrape would end the test. */
async function once(endpointUrl: string, sets: readonly string[] = [], cwd?: string): Promise<Otelephant> {
  const { cluster } = await watched()
  const all = [
    'receivers.postgresql.databases=[postgres]',
    'receivers.postgresql.collection_interval=1h',
    `exporters.newrelic.endpoint=${endpointUrl}`,
    ...sets,
  ]
  return start(['run', '--once', ...all.flatMap((set) => ['--set', set])], {
    env: {
      DATABASE_URL: cluster.connectionString('postgres', 'monitor'),
      NEW_RELIC_LICENSE_KEY: licenseKey,
    },
    ...(cwd === undefined ? {} : { cwd }),
  })
}

async function hangingUrl(): Promise<string> {
  return (await endpointOf(() => 'hang')).url
}

interface Case {
  readonly name: string
  readonly url: () => Promise<string>
  readonly sets?: readonly string[]
  readonly reason: RegExp
}

const cases: readonly Case[] = [
  { name: 'nobody listens', url: async () => 'http://127.0.0.1:1', reason: /connect ECONNREFUSED 127\.0\.0\.1:1$/ },
  {
    name: 'its name leads nowhere',
    url: async () => 'http://otlp.nowhere.invalid:4318',
    reason: /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) otlp\.nowhere\.invalid/,
  },
  {
    name: 'it takes requests and never answers',
    url: hangingUrl,
    sets: ['exporters.newrelic.timeout=2s'],
    reason: /no complete answer within 2000 ms$/,
  },
  {
    name: 'it is out of order',
    url: async () => (await endpointOf(() => ({ status: 503 }))).url,
    reason: /HTTP 503$/,
  },
  {
    name: 'it asks to be left alone for an hour',
    url: async () => (await endpointOf(() => ({ status: 429, headers: { 'retry-after': '3600' } }))).url,
    reason: /HTTP 429/,
  },
  {
    name: 'it refuses the key',
    url: async () => (await endpointOf(undefined, 'another')).url,
    reason: /the endpoint refuses the key \(HTTP 403\)$/,
  },
]

test('says why without waiting for the second scrape, and what is lost or kept; the next run delivers what is kept', async () => {
  // All at once: mostly they wait.
  const ways = cases.flatMap((one) => [losesAll, keepsAll].map((way) => ({ ...one, way })))
  const ended = await Promise.allSettled(
    ways.map(async ({ url, sets = [], reason, way }) => way(await url(), sets, reason)),
  )
  const failed = ended.flatMap((end, at) =>
    end.status === 'rejected' ? [`${ways[at]?.name}, ${ways[at]?.way.name}: ${end.reason}`] : [],
  )
  expect(failed).toEqual([])
}, 90_000)

async function losesAll(url: string, sets: readonly string[], reason: RegExp): Promise<void> {
  const otelephant = await once(url, sets)
  const { code, stdout, stderr } = await otelephant.ended
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).not.toContain('nothing is lost')
  const { consumed, dropped, absorbed, queued, sent } = await otelephant.logged('Points were lost.')
  expect({ queued, sent }).toEqual({ queued: 0, sent: 0 })
  const { shutdown } = Object(dropped)
  expect(shutdown).toBeGreaterThan(10)
  expect(shutdown + Object.values(Object(absorbed)).reduce((sum: number, one) => sum + Number(one), 0)).toBe(consumed)
  expect(otelephant.lines.at(-1)).toMatchObject({
    level: 'error',
    msg: 'Not everything was collected and delivered.',
    reasons: [expect.stringMatching(reason), `exporters/newrelic: ${shutdown} points are lost`],
  })
}

async function keepsAll(url: string, sets: readonly string[], reason: RegExp): Promise<void> {
  const cwd = await folderWith({})
  const stored = [...sets, 'exporters.newrelic.sending_queue.storage=queue']
  const otelephant = await once(url, stored, cwd)
  expect((await otelephant.ended).code).toBe(1)
  const { queued, dropped } = await otelephant.logged('Not everything was delivered; the rest is kept.')
  expect(dropped).toEqual({})
  expect(otelephant.lines.at(-1)).toMatchObject({
    level: 'error',
    reasons: [expect.stringMatching(reason), `exporters/newrelic: ${queued} points are kept for the next run`],
  })
  const endpoint = await endpointOf()
  const next = await once(endpoint.url, [...stored, 'receivers.postgresql.collection_interval=1s'], cwd)
  const { code, stderr } = await next.ended
  expect(code, stderr).toBe(0)
  expect((await next.logged('Delivered.'))['sent']).toBe(endpoint.received.points().length)
  expect(endpoint.received.points().length).toBeGreaterThan(Number(queued))
}

test('an endpoint that is back after a failure is no reason to give up', async () => {
  const endpoint = await endpointOf(() => ({ status: 503 }))
  const sets = [
    'receivers.postgresql.collection_interval=2s',
    'exporters.newrelic.retry_on_failure.initial_interval=1s',
  ]
  const otelephant = await once(endpoint.url, sets)
  await otelephant.logged('Delivery fails and is tried again.')
  endpoint.respondWith(undefined)
  const { code, stderr } = await otelephant.ended
  expect(code, stderr).toBe(0)
  expect(otelephant.lines.at(-1)).toMatchObject({ msg: 'Everything was collected and delivered.' })
})

test('without server and endpoint it says both', async () => {
  const sets = ['receivers.postgresql.endpoint=127.0.0.1:1']
  const otelephant = await once('http://127.0.0.1:1', sets)
  expect((await otelephant.ended).code).toBe(1)
  expect(otelephant.lines.at(-1)).toMatchObject({
    reasons: [
      expect.stringMatching(/^postgresql: nothing could be read: can't connect to 127\.0\.0\.1:1/),
      expect.stringMatching(/^exporters\/newrelic: .*ECONNREFUSED/),
      expect.stringMatching(/^exporters\/newrelic: \d+ points? (?:is|are) lost$/),
    ],
  })
}, 60_000)
