import { describe, expect, test } from 'vitest'
import { namingPace } from '../../../../src/receivers/postgresql/settings/preset.ts'
import type { StatementKey } from '../../../../src/receivers/postgresql/statements/statement-key.ts'
import { StatementNames } from '../../../../src/receivers/postgresql/statements/statement-names.ts'
import { TextSource } from '../../../../src/receivers/postgresql/statements/text-source.ts'
import type { StatementText, StatementTexts } from '../../../../src/sql-text/pool/statement-texts.ts'
import { sqlOf } from '../../../../src/sql-text/shown-text.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { usePostgres } from '../../../support/postgres.ts'
import { connectionOf, never, settingsOf } from '../support/connecting.ts'

const postgres = usePostgres(18)

/** Reads texts as it is told, in place of the process that parses. */
function textsThat(read: (text: string) => StatementText | undefined | Promise<never>): StatementTexts {
  return {
    read: (texts) => Promise.all(texts.map(async (text) => read(sqlOf(text)))),
    redact: async (fragments) => fragments.map(() => undefined),
    close: async () => {},
  }
}

function nameOf(text: string): StatementText {
  return {
    fingerprint: 'f'.repeat(16),
    text,
    operation: 'SELECT',
    collection: undefined,
    summary: 'SELECT',
    tags: {},
    hasSafeId: true,
  }
}

/** Names on a server where these statements were run, each with its key; a reading of texts takes 20 ms. */
async function namesOf(texts: StatementTexts, statements: readonly string[], clock = new FakeClock()) {
  const { cluster, database } = await postgres()
  await cluster.query('SELECT pg_stat_statements_reset()')
  for (const sql of statements) await cluster.query(sql, database)
  const connection = await connectionOf(settingsOf(cluster))
  const readings: string[] = []
  const slowly = new Proxy(connection, {
    get: (target, property) =>
      property === 'query'
        ? async (...asked: Parameters<typeof connection.query>) => {
            readings.push(asked[0])
            const rows = await target.query(...asked)
            await clock.advance(20)
            return rows
          }
        : Reflect.get(target, property),
  })
  const connector = { connect: () => Promise.reject(new Error('there is one database')) }
  const source = new TextSource({
    connector,
    databases: { last: undefined },
    degraded: () => {},
    asConfigured: () => {},
  })
  const pace = namingPace({ preset: 'default' })
  const names = new StatementNames({ texts, clock, keepSources: false, measured: () => {}, source, pace })
  const rows = await cluster.query(`SELECT s.dbid::text, s.queryid::text, s.query FROM pg_stat_statements AS s
    JOIN pg_database AS d ON d.oid = s.dbid AND d.datname = '${database}' ORDER BY s.query`)
  const keys = rows.map(({ dbid, queryid }): StatementKey => ({ databaseId: String(dbid), queryid: String(queryid) }))
  return {
    names,
    keys,
    clock,
    readings,
    learn: (wanted: readonly StatementKey[] = keys) => names.learn(wanted, 'public', slowly, never),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

test('a text is read once, however often its statement is asked for', async () => {
  await using under = await namesOf(textsThat(nameOf), ['SELECT 1', 'SELECT 2, 3'])
  for (let time = 0; time < 3; time += 1) {
    await under.learn()
    await under.clock.advance(3_600_000)
  }
  expect(under.readings).toEqual(['statement_texts'])
  expect(under.keys.map((key) => under.names.get(key)?.text)).toEqual(['SELECT $1', 'SELECT $1, $2'])
  expect(under.names.readBytes).toBe('SELECT $1SELECT $1, $2'.length)
})

test('after a reading that took 20 ms the next one comes 200 s later at the earliest', async () => {
  await using under = await namesOf(textsThat(nameOf), ['SELECT 1', 'SELECT 2, 3'])
  const [first, second] = under.keys
  if (first === undefined || second === undefined) throw new Error('two statements were run')
  await under.learn([first])
  await under.clock.advance(199_000)
  await under.learn([first, second])
  expect([under.readings.length, under.names.get(second)]).toEqual([1, undefined])
  await under.clock.advance(2_000)
  await under.learn([first, second])
  expect([under.readings.length, under.names.get(second)?.text]).toEqual([2, 'SELECT $1, $2'])
})

test('a long text, which comes in parts, is whole; a part is no text of its own', async () => {
  const read: string[] = []
  const texts = textsThat((text) => {
    read.push(text)
    return nameOf(text)
  })
  const long = `SELECT 1 /* ${'🐘 ä '.repeat(10_000)} */, 2`
  await using under = await namesOf(texts, [long, 'SELECT 3'])
  await under.learn()
  expect(read.sort()).toEqual([long.replace('1', '$1').replace(', 2', ', $2'), 'SELECT $1'].sort())
})

test('the texts of one reading are bounded in characters, and the rest comes with the next', async () => {
  const long = (at: number) => `SELECT ${Array(at).fill('1').join(', ')} /* ${'x'.repeat(1_500_000)} */`
  await using under = await namesOf(textsThat(nameOf), [1, 2, 3, 4, 5, 6].map(long))
  await under.learn()
  const named = () => under.keys.filter((key) => under.names.get(key) !== undefined).length
  // Each is cut at 1,000,000 characters, of which two fit.
  expect(named()).toBe(2)
  for (const more of [4, 6]) {
    await under.clock.advance(200_000)
    await under.learn()
    expect(named()).toBe(more)
  }
  expect(under.keys.map((key) => under.names.get(key)?.text?.length)).toEqual(Array(6).fill(8_192))
})

test('the collector’s own statements are known by a comment in them', async () => {
  await using under = await namesOf(textsThat(nameOf), ['SELECT /* otelephant something */ 1', 'SELECT 2, 3'])
  await under.learn()
  expect(under.keys.map((key) => under.names.get(key)?.isOwn)).toEqual([false, true])
})

describe('a statement whose text', () => {
  test('is not known to the server has no name, and is not asked for at each turn', async () => {
    const gone = { databaseId: '1', queryid: '-7' }
    await using under = await namesOf(textsThat(nameOf), [])
    await under.learn([gone])
    expect(under.names.get(gone)).toBeUndefined()
  })

  test('could not be read is tried again after an hour', async () => {
    let readable = false
    await using under = await namesOf(
      textsThat((text) => (readable ? nameOf(text) : undefined)),
      ['SELECT 1'],
    )
    await under.learn()
    readable = true
    await under.clock.advance(3_500_000)
    await under.learn()
    expect(under.readings).toHaveLength(1)
    await under.clock.advance(200_000)
    await under.learn()
    expect(under.keys.map((key) => under.names.get(key)?.text)).toEqual(['SELECT $1'])
  })

  test('is never read holds up a result for a second', async () => {
    await using under = await namesOf(
      textsThat(() => new Promise(() => {})),
      ['SELECT 1'],
    )
    const learnt = under.learn()
    await under.clock.whenSleeping(1, never)
    await under.clock.advance(1_000)
    await learnt
    expect(under.names.get(under.keys[0] ?? { databaseId: '', queryid: '' })).toBeUndefined()
  })

  test('is read late has its name for the next result', async () => {
    const late = Promise.withResolvers<readonly StatementText[]>()
    const texts = { ...textsThat(() => undefined), read: () => late.promise }
    await using under = await namesOf(texts, ['SELECT 1'])
    const learnt = under.learn()
    await under.clock.whenSleeping(1, never)
    await under.clock.advance(1_000)
    await learnt
    late.resolve([nameOf('SELECT $1')])
    await under.clock.settle()
    expect(under.names.get(under.keys[0] ?? { databaseId: '', queryid: '' })?.text).toBe('SELECT $1')
  })

  test('made its reader fail is told to nobody and tried again', async () => {
    await using under = await namesOf(
      textsThat(() => Promise.reject(new Error('died'))),
      ['SELECT 1'],
    )
    await under.learn()
    await under.clock.advance(3_600_000)
    await under.learn()
    expect(under.readings).toHaveLength(2)
  })
})
