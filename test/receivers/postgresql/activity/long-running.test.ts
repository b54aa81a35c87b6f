import { describe, expect, test } from 'vitest'
import { LongRunningWatch } from '../../../../src/receivers/postgresql/activity/long-running-watch.ts'
import { childStatementTexts } from '../../../../src/sql-text/pool/child-statement-texts.ts'
import { eventually } from '../../../support/eventually.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { memoryLogger } from '../../../support/memory-logger.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { connectionOf, never, settingsOf, socketOf } from '../support/connecting.ts'
import { watchingOn } from '../support/watching.ts'
import { busySessions } from './support/busy-sessions.ts'
import { eventsBuilder, keepingSink } from './support/sampler-under-test.ts'

/** In no order that matters. */
function sortedTexts(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => row.join(' ')).sort()
}

describe.each(endMajors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off' } })

  async function watching(thresholds: { transactionMs: number; idleInTransactionMs: number; statementMs: number }) {
    const { cluster } = await postgres()
    const session = await connectionOf(settingsOf(socketOf(cluster)))
    const texts = childStatementTexts({ logger: memoryLogger() })
    const sink = keepingSink()
    const events = eventsBuilder('postgresql.long_running')
    const clock = new FakeClock()
    const { observed, ...watching } = await watchingOn(session, clock, memoryLogger())
    const watch = new LongRunningWatch({ ...watching, events, texts, thresholds, clock, measured() {} })
    return {
      sink,
      look: () => watch.scrape(observed, sink, never),
      told: () =>
        sink.records.map(({ attributes }) => [
          attributes['postgresql.episode.phase'],
          attributes['postgresql.long_running.kind'],
          attributes['postgresql.pid'],
        ]),
      [Symbol.asyncDispose]: async () => {
        await texts.close()
        await session.close()
      },
    }
  }

  test('what lasts too long is told once, and once when the session does it no longer or is gone', async () => {
    await using sessions = await busySessions(await postgres())
    const [pausing, running, idle] = [await sessions.worker('batch'), await sessions.worker(), await sessions.worker()]
    await using under = await watching({ transactionMs: 50, idleInTransactionMs: 50, statementMs: 50 })
    await idle.query('SELECT 1')
    await pausing.query("BEGIN; SELECT 'secret'")
    await running.begin('SELECT pg_sleep(60)')
    await eventually(async () => {
      await under.look()
      expect(under.told()).toHaveLength(4)
    })
    await under.look()
    const all = [
      ['start', 'idle_in_transaction', pausing.pid],
      ['start', 'statement', running.pid],
      ['start', 'transaction', pausing.pid],
      ['start', 'transaction', running.pid],
    ]
    expect(sortedTexts(under.told())).toEqual(sortedTexts(all))
    expect(
      under.sink.records.find(({ attributes }) => attributes['postgresql.pid'] === pausing.pid)?.attributes,
    ).toMatchObject({
      'db.system.name': 'postgresql',
      'db.namespace': sessions.database,
      'user.name': 'postgres',
      'postgresql.application_name': 'batch',
      'postgresql.state': 'idle in transaction',
      'db.query.text': expect.stringMatching(/SELECT/),
      'query.hash': expect.stringMatching(/^[0-9a-f]{16}$/),
      'postgresql.episode.start': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(JSON.stringify(under.sink.records)).not.toContain('secret')

    under.sink.records.length = 0
    await pausing.query('COMMIT')
    await running.end()
    await under.look()
    await under.look()
    expect(sortedTexts(under.told())).toEqual(sortedTexts(all.map(([, kind, pid]) => ['end', kind, pid])))
    for (const { attributes } of under.sink.records) {
      expect(attributes['postgresql.episode.duration']).toBeGreaterThan(0.05)
    }
  })

  test('what is switched off is told of never', async () => {
    await using sessions = await busySessions(await postgres())
    const [pausing, running] = [await sessions.worker(), await sessions.worker()]
    await pausing.query('BEGIN; SELECT 1')
    await running.begin('SELECT pg_sleep(60)')
    await using under = await watching({ transactionMs: 0, idleInTransactionMs: 1, statementMs: 0 })
    await eventually(async () => {
      await under.look()
      expect(under.told()).not.toEqual([])
    })
    expect(under.told()).toEqual([['start', 'idle_in_transaction', pausing.pid]])
  })
})
