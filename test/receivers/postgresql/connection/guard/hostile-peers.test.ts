import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { makeClient } from '../../../../../src/receivers/postgresql/connection/client.ts'
import { Connection } from '../../../../../src/receivers/postgresql/connection/connection.ts'
import { QueryError } from '../../../../../src/receivers/postgresql/connection/query-error.ts'
import { eventually } from '../../../../support/eventually.ts'
import { connectionOf, never, settingsOf } from '../../support/connecting.ts'
import { type Behaviour, type Peer, startHostileServer } from './support/hostile-server.ts'
import { ordinaryReplies } from './support/ordinary-replies.ts'
import { sayingIn } from './support/protocol-faults.ts'
import {
  answer,
  authentication,
  bindComplete,
  dataRow,
  errorResponse,
  examples,
  int32,
  message,
  parseComplete,
  readyForQuery,
  rowDescription,
  texts,
} from './support/server-messages.ts'

const unverified = { rejectUnauthorized: false }
const hasty = { statementTimeoutMs: 500, lockTimeoutMs: 100 }
const mebibyte = 1_048_576

async function failureOf(work: Promise<unknown>): Promise<QueryError> {
  const error: unknown = await work.then(
    () => 'nothing failed',
    (reason: unknown) => reason,
  )
  if (error instanceof QueryError) return error
  throw new Error('expected a QueryError', { cause: error })
}

/** Behaves, until the n-th reply; from then on something else speaks. */
function until(reply: number, speak: (peer: Peer) => void): () => Behaviour {
  return () => {
    const replyTo = ordinaryReplies('trust', false)
    let replies = -1
    return {
      received(received, peer) {
        const messages = replyTo(received)
        if (messages.length > 0) replies += 1
        if (messages.length > 0 && replies < reply) peer.send(Buffer.concat(messages))
        if (messages.length > 0 && replies === reply) speak(peer)
      },
    }
  }
}

function forever(begin: Buffer, bytes: Buffer) {
  return (peer: Peer) => {
    peer.send(begin)
    peer.flood(Buffer.concat(Array.from({ length: Math.ceil(65_536 / bytes.length) }, () => bytes)))
  }
}

describe('a server that never stops sending', () => {
  const begin = (columns: number) =>
    Buffer.concat([
      parseComplete,
      bindComplete,
      rowDescription(...Array.from({ length: columns }, (_, index) => `c${index}`)),
    ])
  test.each([
    ['rows without columns', begin(0), dataRow(), 'too_large'],
    ['rows of NULLs', begin(20), dataRow(...Array.from({ length: 20 }, () => null)), 'too_large'],
    ['rows of small texts', begin(10), dataRow(...Array.from({ length: 10 }, () => 'ab')), 'too_large'],
    ['rows of large texts', begin(1), dataRow('c'.repeat(mebibyte)), 'too_large'],
    ['notices', begin(1), examples['NoticeResponse'] ?? Buffer.alloc(0), '08P01'],
    ['parameters', begin(1), examples['ParameterStatus'] ?? Buffer.alloc(0), '08P01'],
    ['notifications', begin(1), examples['NotificationResponse'] ?? Buffer.alloc(0), '08P01'],
    ['errors', begin(1), errorResponse('XX000', 'once more'), 'XX000'],
    ['long errors', begin(1), errorResponse('XX000', 'd'.repeat(mebibyte)), 'too_large'],
  ])('%s: the statement fails, the connection ends, and little of it was kept', async (_, first, again, code) => {
    await using server = await startHostileServer(until(3, forever(first, again)))
    const connection = await Connection.connect(settingsOf(server, { limits: hasty }), 'postgres', true, never)
    const before = process.memoryUsage.rss()
    const error = await failureOf(connection.query('attempt', 'SELECT 1', [], never))
    expect(error.code).toBe(code)
    await eventually(() => expect(connection.closed).toBe(true))
    // Of what comes in 2.5 s: gigabytes.
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * mebibyte)
  })
})

describe('a server that answers the request for TLS', () => {
  test.each([
    ['with no', Buffer.from('N'), 'The server does not support SSL connections; set tls: {insecure: true}'],
    ['with no and something more', Buffer.from('NN'), 'neither yes nor no'],
    [
      'with yes and something before TLS',
      Buffer.concat([Buffer.from('S'), errorResponse('XX000', 'injected')]),
      'neither yes nor no',
    ],
    ['with an error', errorResponse('53300', 'too many clients'), 'neither yes nor no'],
    ['with HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'neither yes nor no'],
    ['with a flood', Buffer.alloc(10_000_000, 'S'), 'neither yes nor no'],
  ])('%s ends that connection, and it is said why', async (_, tlsReply, said) => {
    await using server = await startHostileServer(() => ({ tlsReply, received() {} }))
    const error = await failureOf(Connection.connect(settingsOf(server, { ssl: unverified }), 'postgres', true, never))
    expect(error.message).toContain(said)
  })
})

test.each([
  ['noise', Buffer.alloc(5_000, 7)],
  ['a message without TLS', errorResponse('XX000', 'injected')],
])('a server that agrees to TLS and then sends %s ends that connection', async (_, bytes) => {
  await using server = await startHostileServer(() => ({
    tlsReply: Buffer.from('S'),
    afterTlsReply: bytes,
    received() {},
  }))
  const error = await failureOf(Connection.connect(settingsOf(server, { ssl: unverified }), 'postgres', true, never))
  expect(error.code).toMatch(/^(?:ERR_SSL_|EPROTO|ECONNRESET|08006)/)
})

describe('an answer that nobody asked for', () => {
  const injected = answer([['injected', 'x', null]])

  test.each([
    ['at once behind the answer before', (peer: Peer, own: Buffer) => peer.send(Buffer.concat([own, ...injected]))],
    [
      'a moment after it',
      (peer: Peer, own: Buffer) => {
        peer.send(own)
        setTimeout(() => peer.send(Buffer.concat(injected)), 20)
      },
    ],
    [
      'piece by piece',
      (peer: Peer, own: Buffer) => {
        peer.send(own)
        for (const [index, piece] of injected.entries()) setTimeout(() => peer.send(piece), 20 + index)
      },
    ],
  ] as const)('is never taken for the answer to the next statement: %s', async (_, inject) => {
    await using server = await startHostileServer(() => {
      const replyTo = ordinaryReplies('trust', false)
      return {
        received(received, peer) {
          const own = Buffer.concat(replyTo(received))
          if (received.type === 'S' && own.includes('SELECT 1 AS first')) inject(peer, own)
          else if (own.length > 0) peer.send(own)
        },
      }
    })
    await using connection = await connectionOf(settingsOf(server))
    expect((await connection.query('first', 'SELECT 1 AS first', [], never))[0]?.[0]).toBe('SELECT 1 AS first')
    await eventually(() => expect(connection.closed).toBe(true))
    const error = await failureOf(connection.query('second', 'SELECT 2 AS second', [], never))
    expect([error.code, error.message]).toEqual(['08P01', 'second: the server sent ParseComplete out of turn (08P01)'])
  })
})

describe('a server that cheats at SCRAM', () => {
  const sasl = authentication(10, texts('SCRAM-SHA-256', ''))
  test.each([
    [
      'does not know the password',
      2,
      authentication(12, Buffer.from(`v=${Buffer.alloc(32, 1).toString('base64')}`)),
      'server signature does not match',
    ],
    [
      'has a nonce of its own',
      1,
      authentication(11, Buffer.from('r=own,s=c2FsdA==,i=4096')),
      'server nonce does not start with client nonce',
    ],
    ['challenges with noise', 1, authentication(11, Buffer.from('\xff\0r=')), 'SASL'],
    ['asks for SASL again', 1, sasl, 'came out of turn'],
    ['asks for a password in the middle of it', 1, authentication(3), 'came out of turn'],
  ] as const)('%s', async (_, reply, bytes, said) => {
    await using server = await startHostileServer(sayingIn(reply, [bytes], 'scram'))
    const connecting = Connection.connect(settingsOf(server, { password: 'pass' }), 'postgres', true, never)
    expect((await failureOf(connecting)).message).toContain(said)
  })
})

describe('a server that is asked to cancel', () => {
  test.each<[string, (socket: Socket) => unknown]>([
    ['and says something', (socket) => socket.write('what?')],
    ['and never closes', () => {}],
    ['and resets the connection', (socket) => socket.resetAndDestroy()],
  ])('%s: the statement ends all the same, and so does the connection', async (_, onCancel) => {
    const { promise: asks, resolve } = Promise.withResolvers<void>()
    await using server = await startHostileServer(
      until(3, () => resolve()),
      onCancel,
    )
    const connection = await Connection.connect(settingsOf(server), 'postgres', true, never)
    const controller = new AbortController()
    const asked = connection.query('attempt', 'SELECT 1', [], controller.signal)
    await asks
    controller.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    await eventually(() => expect([server.cancelled(), connection.closed]).toEqual([1, true]))
  })
})

test('what throws while a message is handled ends that connection alone', async () => {
  await using server = await startHostileServer(
    sayingIn(0, [authentication(0), examples['NoticeResponse'] ?? Buffer.alloc(0)]),
  )
  const { client } = makeClient(settingsOf(server), 'postgres', true)
  client.on('error', () => {})
  client.on('notice', () => {
    throw new TypeError('thrown by a listener')
  })
  await expect(client.connect()).rejects.toThrow("the server's answer could not be read: thrown by a listener")
  expect(client.connection.stream.destroyed).toBe(true)
})

test('a server that speaks byte by byte is understood', async () => {
  await using server = await startHostileServer(() => {
    const replyTo = ordinaryReplies('scram', false)
    return {
      received(received, peer) {
        for (const byte of Buffer.concat(replyTo(received))) peer.send(Buffer.from([byte]))
      },
    }
  })
  await using connection = await connectionOf(settingsOf(server, { password: 'pass' }))
  expect(await connection.query('anything', 'SELECT 1', [], never)).toHaveLength(2)
})

test('a cancel request names the whole key, however long it is', async () => {
  const key = Buffer.from(Array.from({ length: 200 }, (_, index) => index))
  const named: Buffer[] = []
  const { promise: asks, resolve } = Promise.withResolvers<void>()
  const behave = until(3, () => resolve())
  await using server = await startHostileServer(
    () => {
      const { received } = behave()
      return {
        received(heard, peer) {
          if (heard.type !== '') return received(heard, peer)
          const send = (bytes: Buffer) => {
            const ready = bytes.length - readyForQuery.length
            const keyData = message('K', int32(815), key)
            peer.send(Buffer.concat([bytes.subarray(0, ready), keyData, bytes.subarray(ready)]))
          }
          received(heard, { ...peer, send })
        },
      }
    },
    (socket, packet) => {
      named.push(packet)
      socket.destroy()
    },
  )
  const connection = await Connection.connect(settingsOf(server), 'postgres', true, never)
  const controller = new AbortController()
  const asked = connection.query('attempt', 'SELECT 1', [], controller.signal)
  await asks
  controller.abort(new Error('enough'))
  await expect(asked).rejects.toThrow('enough')
  await connection.close()
  expect(named.map((packet) => [packet.readInt32BE(0), packet.readInt32BE(8), packet.subarray(12)])).toEqual([
    [212, 815, key],
  ])
})

test('a row that drips byte by byte is waited for until the deadline of the statement and no longer', async () => {
  const row = dataRow('x'.repeat(1_000))
  await using server = await startHostileServer(
    until(3, (peer) => {
      peer.send(Buffer.concat([parseComplete, bindComplete, rowDescription('a')]))
      const drip = (offset: number) => {
        peer.send(row.subarray(offset, offset + 1))
        setTimeout(drip, 50, offset + 1).unref()
      }
      drip(0)
    }),
  )
  const connection = await Connection.connect(settingsOf(server, { limits: hasty }), 'postgres', true, never)
  expect((await failureOf(connection.query('attempt', 'SELECT 1', [], never))).code).toBe('timeout')
  expect(connection.closed).toBe(true)
})
