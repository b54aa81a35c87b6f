import type { Fault } from './fault.ts'

/** Of faults that end by the time-out alone. */
const impatient = { timeout: '700ms' }

/** What the network does to requests and answers. */
export const networkFaults: readonly Fault[] = [
  {
    name: 'connection refused',
    async begin({ proxy }) {
      await proxy.set({ kind: 'refuse' })
      proxy.reset()
    },
    end: ({ proxy }) => proxy.set({ kind: 'pass' }),
  },
  {
    name: 'reset in the middle of the request',
    begin: ({ proxy }) => proxy.set({ kind: 'reset_request_after', bytes: 250 }),
    end: ({ proxy }) => proxy.set({ kind: 'pass' }),
  },
  {
    name: 'reset in the middle of the answer',
    window: true,
    async begin({ proxy }) {
      await proxy.set({ kind: 'reset_after', bytes: 12 })
      proxy.reset()
    },
    end: ({ proxy }) => proxy.set({ kind: 'pass' }),
  },
  {
    name: 'black hole: connections that swallow everything',
    exporter: impatient,
    async begin({ proxy }) {
      await proxy.set({ kind: 'black_hole' })
      proxy.reset()
    },
    async end({ proxy }) {
      await proxy.set({ kind: 'pass' })
      proxy.reset()
    },
  },
  {
    name: 'black hole: a connection that exists falls silent',
    exporter: impatient,
    begin: ({ proxy }) => proxy.set({ kind: 'black_hole' }),
    async end({ proxy }) {
      proxy.reset()
      await proxy.set({ kind: 'pass' })
    },
  },
  {
    name: 'an answer that drips, done within the time-out',
    times: ({ endpoint }) => endpoint.received.requests().length,
    begin: ({ proxy }) => proxy.set({ kind: 'drip', bytes: 10, everyMs: 5 }),
    end: ({ proxy }) => proxy.set({ kind: 'pass' }),
  },
  {
    name: 'an answer that drips for longer than the time-out',
    exporter: impatient,
    window: true,
    begin: ({ proxy }) => proxy.set({ kind: 'drip', bytes: 1, everyMs: 50 }),
    end: ({ proxy }) => proxy.set({ kind: 'pass' }),
  },
  {
    name: 'no answer, ever',
    exporter: impatient,
    begin: ({ endpoint }) => endpoint.respondWith(() => 'hang'),
    end: ({ endpoint }) => endpoint.respondWith(undefined),
  },
  {
    name: 'reset in place of an answer, nothing was taken',
    begin: ({ endpoint }) => endpoint.respondWith(() => 'reset'),
    end: ({ endpoint }) => endpoint.respondWith(undefined),
  },
  {
    name: 'accept, then reset',
    window: true,
    begin: ({ endpoint }) => endpoint.respondWith(() => 'accept_then_reset'),
    end: ({ endpoint }) => endpoint.respondWith(undefined),
  },
  {
    name: 'flapping: every other request is reset or answered with 503',
    scrapes: 8,
    begin({ endpoint }) {
      let requests = 0
      endpoint.respondWith(() => {
        requests += 1
        if (requests % 2 === 0) return undefined
        return requests % 4 === 1 ? 'reset' : { status: 503 }
      })
    },
    end: ({ endpoint }) => endpoint.respondWith(undefined),
  },
  {
    name: 'an hour of outage (the clock leaps)',
    exporter: impatient,
    scrapes: 60,
    leapMs: 60_000,
    begin: ({ proxy }) => proxy.set({ kind: 'refuse' }),
    async end({ proxy, clock }) {
      await proxy.set({ kind: 'pass' })
      clock.leap(60_000)
    },
  },
]
