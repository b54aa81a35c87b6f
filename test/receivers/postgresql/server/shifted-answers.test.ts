import { expect, test } from 'vitest'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { tickingReceiver } from '../support/ticking.ts'
import { startShiftingProxy } from './support/shifting-proxy.ts'

const postgres = usePostgres(endMajors.at(-1) ?? 18)

test.each(['server state', 'grants', 'instance', 'discover', 'database'])(
  'an answer put before that of `%s` ends the connection, and is never taken for another server',
  async (statement) => {
    const { cluster } = await postgres()
    await using proxy = await startShiftingProxy(cluster)
    await using under = await tickingReceiver(proxy)
    const epochs = new Set<string>()
    const tick = async () => {
      const given = await under.tick()
      const counted = given.batches.filter(({ points }) => points.some(({ series }) => series.metric.monotonic))
      for (const { reading } of counted) epochs.add(reading.epoch.server)
      return given
    }
    expect((await tick()).values('postgresql.up')).toEqual([1])
    const before = proxy.accepted
    proxy.shiftAt(`otelephant ${statement} `)
    for (let ticks = 0; ticks < 4; ticks++) await tick()
    expect(proxy.shifted).toBe(1)
    expect(proxy.accepted).toBeGreaterThan(before)
    expect((await tick()).values('postgresql.up')).toEqual([1])
    expect([...epochs]).toEqual([expect.stringMatching(/^\d+$/)])
    expect(under.messages('warn').filter((message) => message.startsWith('Another server'))).toEqual([])
  },
)
