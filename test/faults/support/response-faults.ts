import type { Answer } from '../../../src/demo/endpoint/endpoint.ts'
import type { Fault, Scene } from './fault.ts'
import { pointsIn } from './refusals.ts'

const heals = ({ endpoint }: Scene) => endpoint.respondWith(undefined)
const after = (ms: number) => (scene: Scene) => {
  heals(scene)
  scene.clock.leap(ms)
}

/** Answers that say: try again. */
const retryable: readonly Fault[] = [408, 429, 500, 502, 503, 504].map((status) => ({
  name: `HTTP ${status}`,
  begin: ({ endpoint }) => endpoint.respondWith(() => ({ status })),
  end: heals,
}))

function retryAfter(name: string, answer: () => Answer, pauseMs: number): Fault {
  return { name, begin: ({ endpoint }) => endpoint.respondWith(answer), end: after(pauseMs) }
}

const inTwoMinutes = () => new Date(Date.now() + 120_000).toUTCString()

/** Answers that refuse all of it, for good. */
const refusing: readonly Fault[] = [
  { name: 'HTTP 404', answer: { status: 404, body: 'no such path' } },
  { name: 'HTTP 307 to another host', answer: { status: 307, headers: { location: 'http://127.0.0.1:9/v1/metrics' } } },
].map(({ name, answer }) => ({
  name,
  rejects: true,
  begin: ({ endpoint, refused }) =>
    endpoint.respondWith((request) => {
      refused.add(pointsIn(request))
      return answer
    }),
  end: heals,
}))

/** A refused key, mended later. */
const keys: readonly Fault[] = [401, 403].map((status) => ({
  name: `HTTP ${status}, then the key is mended`,
  begin: ({ endpoint }) => endpoint.respondWith(() => ({ status })),
  end: after(61_000),
}))

/** A google.rpc.Status of code 3. */
const collectorSays = '\u0008\u0003\u0012\u001chttp: request body too large'

export const answerFaults: readonly Fault[] = [
  ...retryable,
  retryAfter('HTTP 429 with Retry-After: 120', () => ({ status: 429, headers: { 'retry-after': '120' } }), 121_000),
  retryAfter(
    'HTTP 429 with Retry-After: a date',
    () => ({ status: 429, headers: { 'retry-after': inTwoMinutes() } }),
    121_000,
  ),
  retryAfter('HTTP 503 with Retry-After: 3600', () => ({ status: 503, headers: { 'retry-after': '3600' } }), 3_601_000),
  retryAfter(
    'HTTP 429 with Retry-After: 86400, mended within the hour',
    () => ({ status: 429, headers: { 'retry-after': '86400' } }),
    3_601_000,
  ),
  {
    name: 'HTTP 413 until a request holds few points',
    begin: ({ endpoint }) =>
      endpoint.respondWith((request) => (pointsIn(request).length > 8 ? { status: 413 } : undefined)),
    end: heals,
  },
  tooLarge("HTTP 400 of a Collector's max_request_body_size", collectorSays),
  tooLarge('HTTP 400 without a word until a request holds few points', ''),
  captivePortal(),
  {
    name: 'HTTP 400 for one bad point',
    rejects: true,
    begin({ endpoint, refused }) {
      endpoint.respondWith((request) => {
        const points = pointsIn(request)
        const isBad = points.some(({ metric, attributes }) => {
          return metric === 'postgresql.operations' && attributes['operation'] === 'ins' && isItems(attributes)
        })
        if (!isBad) return undefined
        if (points.length === 1) refused.add(points)
        return { status: 400, body: 'one of these is bad' }
      })
    },
    end: heals,
  },
  ...keys,
  ...refusing,
  partialSuccess(),
  impossiblePartialSuccess(),
]

function isItems(attributes: Readonly<Record<string, unknown>>): boolean {
  return attributes['postgresql.table.name'] === 'public.items'
}

/** The endpoint takes all but the points of one metric, and says how many those were. */
function partialSuccess(): Fault {
  let times = 0
  return {
    name: 'partial success',
    rejects: true,
    times: () => times,
    begin({ endpoint, refused }) {
      endpoint.respondWith((request) => {
        const rejected = pointsIn(request).filter(({ metric }) => metric === 'postgresql.rollbacks')
        if (rejected.length === 0) return undefined
        times += 1
        refused.addTaken(rejected.length)
        const partial = { rejectedDataPoints: String(rejected.length), errorMessage: 'no rollbacks, please' }
        const body = JSON.stringify({ partialSuccess: partial })
        return { status: 200, headers: { 'content-type': 'application/json' }, body }
      })
    },
    end: heals,
  }
}

/** What is larger than the endpoint takes, refused as if its content were bad. */
function tooLarge(name: string, body: string): Fault {
  const answer = { status: 400, headers: { 'content-type': 'application/x-protobuf' }, body }
  return {
    name,
    begin: ({ endpoint }) => endpoint.respondWith((request) => (pointsIn(request).length > 3 ? answer : undefined)),
    end: heals,
  }
}

/** Something between says that all is well, and takes nothing. */
function captivePortal(): Fault {
  const body = '<!DOCTYPE html><title>Sign in</title>'
  let times = 0
  return {
    name: 'HTTP 200 with a web page: a captive portal',
    times: () => times,
    begin: ({ endpoint }) =>
      endpoint.respondWith(() => {
        times += 1
        return { status: 200, headers: { 'content-type': 'text/html' }, body, takesIn: false }
      }),
    end: heals,
  }
}

/** The endpoint takes all, and says nonsense. */
function impossiblePartialSuccess(): Fault {
  let times = 0
  return {
    name: 'partial success with a negative number',
    times: () => times,
    begin: ({ endpoint }) =>
      endpoint.respondWith(() => {
        times += 1
        const body = '{"partialSuccess":{"rejectedDataPoints":"-7"}}'
        return { status: 200, headers: { 'content-type': 'application/json' }, body }
      }),
    end: heals,
  }
}
