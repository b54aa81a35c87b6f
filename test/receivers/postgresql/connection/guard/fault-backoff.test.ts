import { expect, test } from 'vitest'
import { Connector } from '../../../../../src/receivers/postgresql/connection/connector.ts'
import { QueryError } from '../../../../../src/receivers/postgresql/connection/query-error.ts'
import { eventually } from '../../../../support/eventually.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { never, settingsOf } from '../../support/connecting.ts'
import { type HostileServer, startHostileServer } from './support/hostile-server.ts'
import { ordinaryReplies } from './support/ordinary-replies.ts'
import { sayingIn } from './support/protocol-faults.ts'
import { authentication, readyForQuery } from './support/server-messages.ts'

const hourMs = 3_600_000

function connectorTo(server: HostileServer) {
  const clock = new FakeClock()
  const connector = new Connector({ connection: settingsOf(server), clock, spacingMs: 0, opened() {} })
  /** Connects and asks once. Gives why that failed, and whether the server was asked at all. */
  const attempt = async () => {
    const before = server.connections()
    const error: unknown = await connector.connect('postgres', never).then(
      async (connection) => {
        const asked = connection.query('attempt', 'SELECT 1', [], never)
        return asked.then(
          () => connection.close(),
          (reason: unknown) => reason,
        )
      },
      (reason: unknown) => reason,
    )
    return { error, reached: server.connections() > before }
  }
  /** How long the server is left alone from now on. */
  const pauseMs = async () => {
    let waitedMs = 0
    while (!(await attempt()).reached) {
      waitedMs += 250
      await clock.advance(250)
    }
    return waitedMs
  }
  return { connector, clock, attempt, pauseMs }
}

test('a server that lets in and then breaks the protocol is left alone for longer and longer', async () => {
  await using server = await startHostileServer(sayingIn(3, [readyForQuery]))
  const { clock, attempt, pauseMs } = connectorTo(server)
  expect((await attempt()).error).toMatchObject({ code: '08P01' })
  const pauses: number[] = []
  while (pauses.length < 8) pauses.push(await pauseMs())
  // A second and a minute, each half as long or half as long again by chance.
  expect(pauses[0]).toBeLessThanOrEqual(1_750)
  expect(pauses[7]).toBeGreaterThanOrEqual(30_000)
  expect(pauses[7]).toBeLessThanOrEqual(90_250)
  const refused = await attempt()
  expect([refused.reached, refused.error]).toEqual([false, expect.any(QueryError)])
  expect(String(refused.error)).toContain('ReadyForQuery out of turn')
  // What is long ago is forgotten.
  await clock.advance(2 * hourMs)
  expect((await attempt()).reached).toBe(true)
  expect(await pauseMs()).toBeLessThanOrEqual(1_750)
})

test('a server that speaks out of turn while nobody asks is left alone too', async () => {
  let speakOutOfTurn = () => {}
  await using server = await startHostileServer(() => {
    const replyTo = ordinaryReplies('trust', false)
    return {
      received(received, peer) {
        const own = Buffer.concat(replyTo(received))
        if (own.length > 0) peer.send(own)
        speakOutOfTurn = () => peer.send(readyForQuery)
      },
    }
  })
  const { connector } = connectorTo(server)
  const connection = await connector.connect('postgres', never)
  await connection.query('attempt', 'SELECT 1', [], never)
  speakOutOfTurn()
  await eventually(() => expect(connection.closed).toBe(true))
  await expect(connector.connect('postgres', never)).rejects.toThrow('ReadyForQuery out of turn')
  expect(server.connections()).toBe(1)
})

test('what the server asks for and cannot have concerns the database alone, as in pg_hba.conf', async () => {
  await using server = await startHostileServer(sayingIn(0, [authentication(7)]))
  const { connector } = connectorTo(server)
  for (const database of ['postgres', 'template1', 'postgres']) {
    await expect(connector.connect(database, never)).rejects.toMatchObject({ code: '28000' })
  }
  expect(server.connections()).toBe(2)
})
