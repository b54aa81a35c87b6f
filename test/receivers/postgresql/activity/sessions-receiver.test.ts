import { describe, expect, test } from 'vitest'
import { DeltaPass } from '../../../../src/deltas/delta-pass.ts'
import type { Batch } from '../../../../src/pdata/batch.ts'
import { eventually } from '../../../support/eventually.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { receiverOf } from '../support/receiver-under-test.ts'
import { busySessions } from './support/busy-sessions.ts'

const fast = { collection_interval: '200ms', initial_delay: '0s', session_sampling: { interval: '20ms' } } as const

/** What was counted in all by an exporter that knew nothing before. */
function counted(batches: readonly Batch[], metric: string): number {
  const pass = new DeltaPass({ baseline: () => undefined, lastComplete: () => undefined }, 'delta')
  let total = 0
  for (const batch of batches) {
    pass.add(batch, true, (_key, outcome) => {
      if (outcome.kind === 'send' && outcome.point.series.metric.name === metric) total += outcome.point.value
    })
  }
  return total
}

/** The sum of the last value of each series. */
function last(batches: readonly Batch[], metric: string): number {
  const values = new Map<string, number>()
  for (const { points } of batches) {
    for (const { series, value } of points) if (series.metric.name === metric) values.set(series.key, Number(value))
  }
  return [...values.values()].reduce((sum, value) => sum + value, 0)
}

describe.each(endMajors)('a receiver on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off' } })

  test('counts every sampled second, over a restart of the collector too, and stops in the middle of it', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const sleeper = await sessions.worker()
    await sleeper.begin('SELECT pg_sleep(60)')
    const batches: Batch[] = []
    let sampled = 0
    for (let runs = 0; runs < 2; runs++) {
      await using under = receiverOf(cluster, fast)
      await under.receiver.start(under.host)
      await eventually(() => expect(last(under.batches, 'postgresql.session.time')).toBeGreaterThan(0.3))
      await under.receiver.shutdown()
      sampled += last(under.batches, 'postgresql.session.time')
      batches.push(...under.batches)
      expect(under.messages('warn').filter((message) => message.includes('scrape'))).toEqual([])
    }
    expect(counted(batches, 'postgresql.session.time')).toBeCloseTo(sampled, 6)
  })

  test('asks nothing about sessions where neither metrics nor events of theirs are wanted', async () => {
    const { cluster } = await postgres()
    const off = { enabled: false }
    const names = ['depth', 'longest_wait', 'sessions', 'time'].map((name) => `postgresql.blocking.${name}`)
    const metrics = Object.fromEntries(
      [...names, 'postgresql.session.time', 'postgresql.statement.session.time'].map((name) => [name, off]),
    )
    const events = { 'postgresql.blocking_episode': off, 'postgresql.long_running': off }
    await using under = receiverOf(cluster, { ...fast, metrics, events })
    await under.collect()
    const queries = under.batches.map(({ reading }) => reading.query)
    expect(queries.filter((query) => query.includes('session_sample'))).toEqual([])
    expect(queries.length).toBeGreaterThan(3)
  })
})
