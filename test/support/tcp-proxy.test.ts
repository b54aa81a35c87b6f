import { once } from 'node:events'
import { connect } from 'node:net'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { usePostgres } from './postgres.ts'
import { withoutParameter } from './startup-packet.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

const postgres = usePostgres(18)

async function proxied(settings: { startup?: (packet: Buffer) => Buffer } = {}): Promise<TcpProxy> {
  const { cluster } = await postgres()
  return startTcpProxy({ target: { host: cluster.host, port: cluster.port }, ...settings })
}

function clientOf(proxy: TcpProxy, extra: { options?: string; connectionTimeoutMillis?: number } = {}): Client {
  const client = new Client({ host: proxy.host, port: proxy.port, user: 'monitor', database: 'postgres', ...extra })
  client.on('error', () => {})
  return client
}

async function connected(proxy: TcpProxy): Promise<Client> {
  const client = clientOf(proxy)
  await client.connect()
  return client
}

describe('the TCP proxy', () => {
  test('passes both ways', async () => {
    await using proxy = await proxied()
    const client = await connected(proxy)
    const { rows } = await client.query("SELECT length(repeat('x', 3000000)) AS n, repeat('y', 2000000) AS text")
    expect(rows[0]).toMatchObject({ n: 3_000_000, text: 'y'.repeat(2_000_000) })
    await client.end()
    expect(proxy.accepted).toBe(1)
  })

  test('refuses new connections and keeps the old, until told otherwise', async () => {
    await using proxy = await proxied()
    const old = await connected(proxy)
    await proxy.set({ kind: 'refuse' })
    await expect(clientOf(proxy).connect()).rejects.toThrow('ECONNREFUSED')
    expect((await old.query('SELECT 4 AS n')).rows).toEqual([{ n: 4 }])
    await proxy.set({ kind: 'pass' })
    await (await connected(proxy)).end()
    await old.end()
  })

  test('swallows new connections and freezes the old, which go on afterwards', async () => {
    await using proxy = await proxied()
    const old = await connected(proxy)
    await proxy.set({ kind: 'black_hole' })
    let answered = false
    const answer = old.query('SELECT 5 AS n').finally(() => {
      answered = true
    })
    const swallowed = clientOf(proxy, { connectionTimeoutMillis: 100 }).connect()
    await expect(swallowed).rejects.toThrow('timeout')
    expect(answered).toBe(false)
    await proxy.set({ kind: 'pass' })
    expect((await answer).rows).toEqual([{ n: 5 }])
    await old.end()
  })

  test('breaks a connection in the middle of an answer', async () => {
    await using proxy = await proxied()
    const client = await connected(proxy)
    await proxy.set({ kind: 'reset_after', bytes: 100_000 })
    const broken = once(client, 'error')
    await expect(client.query("SELECT repeat('x', 1000000)")).rejects.toThrow()
    await broken
  })

  test('breaks a connection in the middle of a question', async () => {
    await using proxy = await proxied()
    const client = await connected(proxy)
    await proxy.set({ kind: 'reset_request_after', bytes: 1_000 })
    const broken = once(client, 'error')
    await expect(client.query('SELECT 1')).resolves.toMatchObject({ rowCount: 1 })
    await expect(client.query(`SELECT '${'x'.repeat(1_000)}'`)).rejects.toThrow()
    await broken
  })

  test('breaks all connections at once', async () => {
    await using proxy = await proxied()
    const client = await connected(proxy)
    const running = client.query('SELECT pg_sleep(20)')
    proxy.reset()
    await expect(running).rejects.toThrow()
  })

  test('lets the answer drip in small pieces', async () => {
    await using proxy = await proxied()
    await proxy.set({ kind: 'drip', bytes: 1, everyMs: 1 })
    const socket = connect(proxy.port, proxy.host)
    // A start-up packet of protocol 0.1: the server answers with a long error.
    socket.write(Buffer.from([0, 0, 0, 8, 0, 0, 0, 1]))
    const sizes: number[] = []
    for await (const chunk of socket) sizes.push(chunk.length)
    expect(sizes.length).toBeGreaterThan(5)
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(40)
  })

  test('leads new connections to another server', async () => {
    const { cluster } = await postgres()
    await using proxy = await proxied()
    proxy.switchTarget({ host: cluster.host, port: 1 })
    await expect(clientOf(proxy).connect()).rejects.toThrow()
    proxy.switchTarget({ path: `${cluster.socketDirectory}/.s.PGSQL.${cluster.port}` })
    const client = await connected(proxy)
    expect((await client.query('SELECT inet_server_addr() AS address')).rows).toEqual([{ address: null }])
    await client.end()
  })

  test('strips a parameter from the start-up packet as a pooler does', async () => {
    const options = '-c statement_timeout=1234'
    const timeout = async (proxy: TcpProxy) => {
      const client = clientOf(proxy, { options })
      await client.connect()
      const { rows } = await client.query('SHOW statement_timeout')
      await client.end()
      return rows
    }
    await using honest = await proxied()
    expect(await timeout(honest)).toEqual([{ statement_timeout: '1234ms' }])
    await using pooler = await proxied({ startup: (packet) => withoutParameter(packet, 'options') })
    expect(await timeout(pooler)).toEqual([{ statement_timeout: '0' }])
  })
})
