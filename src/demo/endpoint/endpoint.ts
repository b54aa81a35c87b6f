import { EventEmitter, once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { judge } from './check-request.ts'
import type { Payload } from './decode-request.ts'
import { Journal, type JournalEntry } from './journal.ts'
import { Received, type RequestRecord } from './received.ts'
import { countPoints } from './received-point.ts'

export interface EndpointSettings {
  /** The license key that is right. */
  readonly apiKey: string
  /** Faults from the first request on. */
  readonly respond?: Respond
  /** How many points, logs and requests are kept to be asked for; totals are kept for ever. Default 1,000,000. */
  readonly keepPoints?: number
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** Milliseconds since the Unix epoch, for the limits on age. */
  readonly now?: () => number
  /** A file that keeps what is taken in, and is read at the start. */
  readonly journal?: string
}

/** A request as a fault may look at it, before anything is checked. */
export interface IncomingRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * What to do instead of an honest answer. `hang`: no answer ever. `reset`: the connection breaks, nothing was taken in.
 * `accept_then_reset`: it was taken in, but nobody is told.
 */
export type Answer =
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      /** Of a 2xx: false where it comes from something else than the endpoint. */
      readonly takesIn?: boolean
    }
  | 'hang'
  | 'reset'
  | 'accept_then_reset'

/** Injects faults; `undefined` lets the request through. */
export type Respond = (request: IncomingRequest) => Answer | undefined | Promise<Answer | undefined>

/** An HTTP server that behaves as New Relic's OTLP endpoint and remembers what it was told. */
export interface Endpoint extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without a path. */
  readonly url: string
  readonly received: Received
  /** Replaces the faults; `undefined` ends them. */
  respondWith(respond: Respond | undefined): void
  /** Resolves as soon as the predicate holds; it is asked at once and after every request. Rejects when aborted. */
  waitFor(predicate: (received: Received) => boolean, signal: AbortSignal): Promise<void>
}

/** Starts the endpoint on 127.0.0.1. */
export async function startEndpoint(settings: EndpointSettings): Promise<Endpoint> {
  const { apiKey, keepPoints = 1_000_000, port = 0, now = Date.now } = settings
  const received = new Received(keepPoints)
  const journal = settings.journal === undefined ? undefined : new Journal(settings.journal)
  for (const entry of journal?.entries ?? []) retell(entry, received, apiKey)
  const requests = new EventEmitter()
  let respond = settings.respond
  const server = createServer(async (message, response) => {
    const record = await exchange(message, response, { apiKey, received, respond, now, journal })
    if (record !== undefined) received.addRequest(record)
    requests.emit('request')
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: urlOf(server),
    received,
    respondWith(next) {
      respond = next
    },
    async waitFor(predicate, signal) {
      signal.throwIfAborted()
      while (!predicate(received)) await once(requests, 'request', { signal })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      journal?.[Symbol.dispose]()
    },
  }
}

/** Takes in again what an earlier endpoint has taken in. */
function retell({ path, headers, body, at }: JournalEntry, received: Received, apiKey: string): void {
  const { payload, status, decodedBytes } = judge({ method: 'POST', path, headers, body }, apiKey)
  if (payload !== undefined) received.add(payload, BigInt(Math.round(at)) * 1_000_000n)
  received.addRequest(recordOf({ path, headers, body, at }, { status, refusal: undefined, decodedBytes, payload }))
}

function recordOf(
  { path, headers, body, at }: JournalEntry,
  told: Pick<RequestRecord, 'status' | 'refusal'> & {
    readonly decodedBytes: number | undefined
    readonly payload: Payload | undefined
  },
): RequestRecord {
  return {
    path,
    status: told.status,
    refusal: told.refusal,
    encoding: headers['content-encoding'] ?? 'identity',
    contentType: headers['content-type'] ?? '',
    userAgent: headers['user-agent'] ?? '',
    wireBytes: body.length,
    decodedBytes: told.decodedBytes ?? 0,
    points: pointsIn(told.payload),
    logs: logsIn(told.payload),
    at,
  }
}

function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no TCP address')
  return `http://127.0.0.1:${address.port}`
}

interface ExchangeSettings {
  readonly apiKey: string
  readonly received: Received
  readonly respond: Respond | undefined
  readonly now: () => number
  readonly journal: Journal | undefined
}

/** @returns `undefined` if the client left before its request was complete */
async function exchange(
  message: IncomingMessage,
  response: ServerResponse,
  { apiKey, received, respond, now, journal }: ExchangeSettings,
): Promise<RequestRecord | undefined> {
  const body = await readBody(message)
  if (body === undefined) return undefined
  const { headers, url: path = '/' } = message
  const at = now()
  const fault = await respond?.({ path, headers, body })
  const honest = judge({ method: message.method ?? 'GET', path, headers, body }, apiKey)
  const payload = takesIn(fault) ? honest.payload : undefined
  if (payload !== undefined) {
    journal?.append({ path, headers, body, at })
    received.add(payload, BigInt(Math.round(at)) * 1_000_000n)
  }
  const status = answer(response, fault, honest.status)
  const refusal = fault === undefined ? honest.refusal : undefined
  return recordOf({ path, headers, body, at }, { status, refusal, decodedBytes: honest.decodedBytes, payload })
}

async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of message) chunks.push(Buffer.from(chunk))
  } catch {
    return undefined
  }
  return Buffer.concat(chunks)
}

function takesIn(fault: Answer | undefined): boolean {
  if (typeof fault === 'object') return fault.takesIn ?? (fault.status >= 200 && fault.status < 300)
  return fault === undefined || fault === 'accept_then_reset'
}

/** Success and refusal alike have no body. */
function answer(response: ServerResponse, fault: Answer | undefined, honest: number): RequestRecord['status'] {
  if (fault === 'hang') return 'hang'
  if (fault === 'reset' || fault === 'accept_then_reset') {
    response.socket?.resetAndDestroy()
    return 'reset'
  }
  const { status, headers = {}, body = '' } = fault ?? { status: honest }
  response.writeHead(status, headers).end(body)
  return status
}

function pointsIn(payload: Payload | undefined): number {
  return payload?.kind === 'metrics' ? countPoints(payload.request) : 0
}

function logsIn(payload: Payload | undefined): number {
  if (payload?.kind !== 'logs') return 0
  return payload.request.resourceLogs
    .flatMap(({ scopeLogs }) => scopeLogs)
    .reduce((total, { logRecords }) => total + logRecords.length, 0)
}
