import { describe, expect, test, vi } from 'vitest'
import { Connector } from '../../../../src/receivers/postgresql/connection/connector.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { majors, usePostgres } from '../../../support/postgres.ts'
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.ts'
import { never, settingsOf } from '../support/connecting.ts'

const postgres = usePostgres(majors.at(-1) ?? 18)

async function connectorTo(proxy: TcpProxy, spacingMs = 1_000) {
  const clock = new FakeClock()
  const opened: number[] = []
  const startMs = clock.now()
  const connector = new Connector({
    connection: settingsOf(proxy),
    clock,
    spacingMs,
    opened: () => opened.push(clock.now() - startMs),
  })
  /** Whether a try reached the proxy, and its error. */
  const attempt = async (database = 'postgres') => {
    const before = proxy.accepted
    const error: unknown = await connector.connect(database, never).then(
      (connection) => connection.close(),
      (reason: unknown) => reason,
    )
    return { reached: proxy.accepted > before, error }
  }
  return { connector, clock, opened, attempt }
}

async function proxied(): Promise<TcpProxy> {
  const { cluster } = await postgres()
  return startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
}

describe('the connector', () => {
  test('opens at most one connection a second, in the order of asking', async () => {
    await using proxy = await proxied()
    const { connector, clock, opened } = await connectorTo(proxy)
    const order: string[] = []
    const connections = ['postgres', 'template1', 'postgres'].map(async (database, index) => {
      const connection = await connector.connect(database, never)
      order.push(`${index} ${database}`)
      return connection
    })
    await clock.whenSleeping(1, never)
    expect(proxy.accepted).toBe(1)
    await clock.advance(999)
    expect(proxy.accepted).toBe(1)
    await clock.advance(1)
    await clock.whenSleeping(1, never)
    expect(proxy.accepted).toBe(2)
    await clock.advance(1_000)
    for (const connection of await Promise.all(connections)) await connection.close()
    expect(opened).toEqual([0, 1_000, 2_000])
    expect(order).toEqual(['0 postgres', '1 template1', '2 postgres'])
  })

  test('who gives up while waiting makes no connection and holds up nobody', async () => {
    await using proxy = await proxied()
    const { connector, clock } = await connectorTo(proxy)
    await (await connector.connect('postgres', never)).close()
    const controller = new AbortController()
    const given = expect(connector.connect('postgres', controller.signal)).rejects.toThrow('enough')
    await clock.whenSleeping(1, never)
    controller.abort(new Error('enough'))
    await given
    expect(proxy.accepted).toBe(1)
    await clock.advance(1_000)
    await (await connector.connect('postgres', never)).close()
  })

  test('leaves a server that refuses alone for longer and longer, and knows it when it is back', async () => {
    await using proxy = await proxied()
    const { clock, attempt } = await connectorTo(proxy, 0)
    await proxy.set({ kind: 'refuse' })
    const pausesMs: number[] = []
    let waitedMs = 0
    let last = (await attempt()).error
    expect(last).toMatchObject({ code: 'ECONNREFUSED' })
    while (pausesMs.length < 9) {
      await clock.advance(100)
      waitedMs += 100
      const { error } = await attempt()
      // The same error object: nobody was asked.
      if (error === last) continue
      pausesMs.push(waitedMs)
      waitedMs = 0
      last = error
    }
    for (const [index, pauseMs] of pausesMs.entries()) {
      const middleMs = Math.min(60_000, 1_000 * 2 ** index)
      expect(pauseMs).toBeGreaterThanOrEqual(middleMs * 0.5)
      expect(pauseMs).toBeLessThanOrEqual(middleMs * 1.5 + 100)
    }
    await proxy.set({ kind: 'pass' })
    await clock.advance(90_000)
    expect(await attempt()).toEqual({ reached: true, error: undefined })
    expect(await attempt()).toEqual({ reached: true, error: undefined })
  })

  test('jitters its pauses, so that many collectors do not come at once', async () => {
    await using proxy = await proxied()
    await proxy.set({ kind: 'refuse' })
    const random = vi.spyOn(Math, 'random')
    try {
      for (const [value, pauseMs] of [
        [0, 500],
        [0.999, 1_499],
      ] as const) {
        random.mockReturnValue(value)
        const { clock, attempt } = await connectorTo(proxy, 0)
        const { error } = await attempt()
        await clock.advance(pauseMs - 1)
        expect((await attempt()).error).toBe(error)
        await clock.advance(1)
        expect((await attempt()).error).not.toBe(error)
      }
    } finally {
      random.mockRestore()
    }
  })

  test('one database that refuses costs no other', async () => {
    await using proxy = await proxied()
    const { cluster, database } = await postgres()
    await cluster.query(`ALTER DATABASE ${database} CONNECTION LIMIT 0`)
    const { clock, attempt } = await connectorTo(proxy)
    for (const [name, code] of [
      [database, '53300'],
      ['nowhere', '3D000'],
      ['template0', '55000'],
    ] as const) {
      const { error } = await attempt(name)
      expect(error).toMatchObject({ code })
      await clock.advance(100)
      expect(await attempt(name)).toEqual({ reached: false, error })
      await clock.advance(900)
      expect(await attempt('postgres')).toEqual({ reached: true, error: undefined })
      await clock.advance(1_000)
    }
  })
})
