import { describe, expect, test } from 'vitest'
import { Connection } from '../../../../../src/receivers/postgresql/connection/connection.ts'
import { QueryError } from '../../../../../src/receivers/postgresql/connection/query-error.ts'
import { connectionOf, never, settingsOf } from '../../support/connecting.ts'
import { startHostileServer } from './support/hostile-server.ts'
import { type Method, ordinaryReplies } from './support/ordinary-replies.ts'
import { protocolFaults } from './support/protocol-faults.ts'

const encryptions = { plain: undefined, TLS: { rejectUnauthorized: false } } as const

/** Why no connection comes about, or else why a statement of it fails. */
async function failureOf(
  server: { readonly host: string; readonly port: number },
  ssl: { rejectUnauthorized: boolean } | undefined,
): Promise<unknown> {
  let connection: Connection | undefined
  try {
    connection = await Connection.connect(settingsOf(server, { ssl, password: 'pass' }), 'postgres', true, never)
    // What comes behind an answer is seen by the next statement at the latest.
    for (const text of ['SELECT 1', 'SELECT 2']) await connection.query('attempt', text, [], never)
    return undefined
  } catch (error) {
    return error
  } finally {
    await connection?.close()
  }
}

describe.each(Object.entries(encryptions))('a connection, %s,', (_, ssl) => {
  test.each<Method>(['trust', 'cleartext', 'md5', 'scram'])(
    'goes on with a server that keeps to the protocol and asks for %s',
    async (method) => {
      for (const isPooler of [false, true]) {
        await using server = await startHostileServer(() => {
          const replyTo = ordinaryReplies(method, isPooler)
          return { received: (message, peer) => peer.send(Buffer.concat(replyTo(message))) }
        })
        await using connection = await connectionOf(settingsOf(server, { ssl, password: 'pass' }))
        const rows = await connection.query('anything', 'SELECT 1 AS anything', [], never)
        expect([connection.pooled, rows.length, rows[0]]).toEqual([isPooler, 2, ['SELECT 1 AS anything', '12', null]])
      }
    },
  )

  test.each(protocolFaults)('ends with a server that $what, and says so', async ({ behave, said, code }) => {
    await using server = await startHostileServer(behave)
    const error = await failureOf(server, ssl)
    expect(error).toBeInstanceOf(QueryError)
    if (error instanceof QueryError) expect([error.code, error.message]).toEqual([code, expect.stringContaining(said)])
  })
})
