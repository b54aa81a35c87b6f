import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../../support/fake-clock.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { type ProxyMode, startTcpProxy } from '../../../support/tcp-proxy.ts'
import { never } from '../support/connecting.ts'
import { receiverOf } from '../support/receiver-under-test.ts'

const intervalMs = 10_000

describe('postgresql.up comes at every interval of 10 s, as 0 with a time-out, from a server that', () => {
  const postgres = usePostgres(endMajors.at(-1) ?? 18)

  /** The values that each of some intervals brought. */
  async function ups(under: ReturnType<typeof receiverOf>, clock: FakeClock, intervals: number) {
    const found: unknown[][] = []
    for (let interval = 0; interval < intervals; interval++) {
      const mark = under.batches.length
      await clock.advance(intervalMs)
      const { values, attributes } = under.since(mark)
      found.push([...values('postgresql.up'), ...attributes('postgresql.up').map((each) => each['error.type'])])
    }
    return found
  }

  test.each<[string, ProxyMode]>([
    ['takes the connection and never says a word', { kind: 'black_hole' }],
    ['says a part of its first words and no more', { kind: 'drip', bytes: 1, everyMs: 3_600_000 }],
  ])('%s', async (_, mode) => {
    const { cluster } = await postgres()
    await using proxy = await startTcpProxy({ target: { host: cluster.host, port: cluster.port }, mode })
    const clock = new FakeClock()
    await using under = receiverOf(proxy, { collection_interval: '10s', initial_delay: '0s' }, { clock })
    await under.receiver.start(under.host)
    expect(await ups(under, clock, 4)).toEqual(Array.from({ length: 4 }, () => [0, 'timeout']))
  })

  test('falls silent on the connection that is kept', async () => {
    const { cluster } = await postgres()
    await using proxy = await startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
    const clock = new FakeClock()
    await using under = receiverOf(proxy, { collection_interval: '10s', initial_delay: '10s' }, { clock })
    await under.receiver.start(under.host)
    await clock.whenSleeping(2, never, intervalMs)
    await clock.advance(intervalMs)
    await clock.whenSleeping(2, never, intervalMs)
    expect(under.since(0).values('postgresql.up')).toEqual([1])
    await proxy.set({ kind: 'black_hole' })
    expect(await ups(under, clock, 4)).toEqual([[], ...Array.from({ length: 3 }, () => [0, 'timeout'])])
  })
})
