import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { fingerprintSync, loadModule } from 'libpg-query'
import { expect, onTestFinished, test } from 'vitest'
import { childStatementTexts, type StatementTextsLimits } from '../../../src/sql-text/pool/child-statement-texts.ts'
import { type LogLine, memoryLogger } from '../../support/memory-logger.ts'
import { contents, readersOf, runs, until } from '../support/children.ts'
import { corpus } from '../support/corpus.ts'

const fixture = join(import.meta.dirname, 'fixtures/reading-parent.ts')
const signal = new AbortController().signal

function underTest(limits: Partial<StatementTextsLimits> = {}) {
  const lines: LogLine[] = []
  const texts = childStatementTexts({ logger: memoryLogger(lines), limits })
  onTestFinished(() => texts.close())
  return { texts, lines }
}

async function onlyReader(): Promise<number> {
  const [pid, ...others] = await readersOf()
  expect(others).toEqual([])
  if (pid === undefined) throw new Error('no process reads SQL')
  return pid
}

/** More tokens than the process has memory for. */
const deadly = `SELECT ${'1,'.repeat(3_000_000)}1`
const noCut = { textChars: Number.MAX_SAFE_INTEGER }

test('it reads what it is given, in order, all of the corpus', async () => {
  const { texts } = underTest()
  await loadModule()
  const results = await texts.read(
    corpus.map(({ sql }) => sql),
    signal,
  )
  expect(results.length).toBe(corpus.length)
  expect(results).not.toContain(undefined)
  const simple = await texts.read(['SELECT a FROM t WHERE b = 1', 'DELETE FROM u'], signal)
  expect(simple).toEqual([
    {
      fingerprint: fingerprintSync('SELECT a FROM t WHERE b = 1'),
      text: 'SELECT a FROM t WHERE b = ?',
      operation: 'SELECT',
      collection: 't',
      hasSafeId: true,
      summary: 'SELECT t',
      tags: {},
    },
    expect.objectContaining({ summary: 'DELETE u' }),
  ])
  expect(await texts.redact(["(a = 'secret'::text)"], signal)).toEqual(['(a = ?::text)'])
  expect(await texts.read([], signal)).toEqual([])
})

test('its process starts with the first work, ends when idle and comes again', async () => {
  const { texts } = underTest({ idleMs: 200 })
  expect(await readersOf()).toEqual([])
  await texts.read(['SELECT 1'], signal)
  const first = await onlyReader()
  await until(async () => (await readersOf()).length === 0)
  await texts.read(['SELECT 1'], signal)
  expect(await onlyReader()).not.toBe(first)
})

test("its process has nothing of the collector's environment and no output", async () => {
  const { texts } = underTest()
  await texts.read(['SELECT 1'], signal)
  const pid = await onlyReader()
  const names = (await contents(`/proc/${pid}/environ`))
    .split('\0')
    .filter(Boolean)
    .map((one) => one.split('=')[0])
  expect(names.filter((name) => !name?.startsWith('NODE_CHANNEL'))).toEqual([])
  const { stdout } = await promisify(execFile)(
    'readlink',
    [0, 1, 2].map((fd) => `/proc/${pid}/fd/${fd}`),
  )
  expect(stdout).toBe('/dev/null\n/dev/null\n/dev/null\n')
})

test('a text that its process dies of is given up alone, and the rest is read', async () => {
  const { texts, lines } = underTest(noCut)
  const results = await texts.read(['SELECT 1', deadly, 'SELECT 2', 'SELECT 3'], signal)
  expect(results.map((result) => result?.summary)).toEqual(['SELECT', undefined, 'SELECT', 'SELECT'])
  expect(lines.map(({ level }) => level)).toEqual(['debug'])
}, 60_000)

test('a process that hangs is killed at its deadline, and another reads', async () => {
  const { texts, lines } = underTest({ batchTimeoutMs: 1_000 })
  await texts.read(['SELECT 1'], signal)
  const hung = await onlyReader()
  process.kill(hung, 'SIGSTOP')
  const results = await texts.read(['SELECT 1', 'SELECT 2 FROM t'], signal)
  expect(results.map((result) => result?.summary)).toEqual(['SELECT', 'SELECT t'])
  expect(await runs(hung)).toBe(false)
  expect(lines).toEqual([])
})

test('a process that was killed costs nothing', async () => {
  const { texts } = underTest()
  await texts.read(['SELECT 1'], signal)
  const killed = await onlyReader()
  process.kill(killed, 'SIGKILL')
  const [result] = await texts.read(['SELECT 1'], signal)
  expect(result?.summary).toBe('SELECT')
})

test("while its process can't start, texts go unread and one warning says so", async () => {
  const { texts, lines } = underTest({ startTimeoutMs: 1, pauseMs: 300 })
  expect(await texts.read(['SELECT 1', 'SELECT 2'], signal)).toEqual([undefined, undefined])
  expect(await texts.read(['SELECT 1'], signal)).toEqual([undefined])
  expect(await texts.redact(["'secret'"], signal)).toEqual([undefined])
  expect(lines).toMatchObject([{ level: 'warn', fields: { retryMs: 300 } }])
  await delay(310)
  expect(await texts.read(['SELECT 1'], signal)).toEqual([undefined])
  expect(lines.length).toBe(1)
})

test('a process that dies again and again is left alone for a while', async () => {
  const { texts, lines } = underTest({ batchTimeoutMs: 1, pauseMs: 60_000 })
  const slow = `SELECT ${'(a + 1) * '.repeat(20_000)} 1`
  expect(
    await texts.read(
      Array.from({ length: 8 }, () => slow),
      signal,
    ),
  ).toEqual(Array.from({ length: 8 }))
  expect(lines.filter(({ level }) => level === 'warn').length).toBe(1)
  expect(await readersOf()).toEqual([])
})

test('an abort is thrown at once, ends the process, and the next read has another', async () => {
  const { texts } = underTest({ ...noCut, batchTimeoutMs: 60_000 })
  await texts.read(['SELECT 1'], signal)
  const busy = await onlyReader()
  const stop = new AbortController()
  const reason = new Error('enough')
  const reading = texts.read([deadly], stop.signal)
  const waiting = texts.read(['SELECT 2'], stop.signal)
  await until(async () => /^State:\s+R/m.test(await contents(`/proc/${busy}/status`)))
  stop.abort(reason)
  expect(await Promise.allSettled([reading, waiting])).toEqual([
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ])
  expect(await runs(busy)).toBe(false)
  await expect(texts.read(['SELECT 1'], AbortSignal.abort(reason))).rejects.toBe(reason)
  expect((await texts.read(['SELECT 1'], signal)).length).toBe(1)
})

test('closed, it has no process, and gives nothing for what was asked', async () => {
  const { texts, lines } = underTest({ ...noCut, batchTimeoutMs: 60_000 })
  const reading = texts.read([deadly], signal)
  await until(async () => (await readersOf()).length === 1)
  await texts.close()
  expect(await reading).toEqual([undefined])
  expect(await readersOf()).toEqual([])
  expect(await texts.read(['SELECT 1'], signal)).toEqual([undefined])
  expect(await readersOf()).toEqual([])
  expect(lines).toEqual([])
})

test('its process goes when its parent is killed', async () => {
  const parent = spawn(process.execPath, [fixture, 'stay'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(parent.stdout, 'data')
  const [reader] = await readersOf(parent.pid)
  if (reader === undefined) throw new Error('no process reads SQL')
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await until(async () => !(await runs(reader)))
})

test('its process keeps no parent alive', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [fixture], { timeout: 8_000 })
  expect(stdout).toMatch(/^[0-9a-f]{16}\n$/)
})

test('a process that has grown too large is followed by another', async () => {
  const { texts, lines } = underTest({ memoryBytes: 1 })
  const results = await texts.read(['SELECT 1 FROM a', 'SELECT 1 FROM b', 'SELECT 1 FROM c'], signal)
  expect(results.map((result) => result?.collection)).toEqual(['a', 'b', 'c'])
  expect(await readersOf()).toEqual([])
  expect(lines).toEqual([])
})

test('20,000 texts, and errors among them, leave both processes small', async () => {
  const { texts } = underTest()
  await texts.read(['SELECT 1'], signal)
  const beforeBytes = process.memoryUsage.rss()
  for (let round = 0; round < 20; round++) {
    const batch = Array.from({ length: 1_000 }, (_, index) => {
      const name = `column_${round}_${index}`
      return index % 10 === 0
        ? `SELECT ${name} FROM WHERE`
        : `SELECT a.${name}, b.* FROM a JOIN b USING (c) WHERE d = 'x${index}'`
    })
    const results = await texts.read(batch, signal)
    expect(results.every((result) => result !== undefined)).toBe(true)
    for (const pid of await readersOf()) {
      const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(await contents(`/proc/${pid}/status`))?.[1] ?? 0)
      expect(kilobytes).toBeLessThan(155 * 1_024)
    }
  }
  expect(process.memoryUsage.rss() - beforeBytes).toBeLessThan(80 * 1_024 * 1_024)
})

test('texts of a megabyte are read, and longer ones as far as that', async () => {
  const { texts } = underTest()
  const rows = (count: number) => `INSERT INTO t VALUES ${"(4711, 'secret'), ".repeat(count)} (1, 'x')`
  const [insert, list, cut] = await texts.read(
    [rows(55_000), `SELECT 1 FROM t WHERE a IN (${'4711, '.repeat(160_000)}1)`, rows(200_000)],
    signal,
  )
  expect(insert).toMatchObject({ text: 'INSERT INTO t VALUES (?, ?)', summary: 'INSERT t' })
  expect(list).toMatchObject({ text: 'SELECT ? FROM t WHERE a IN (?)', collection: 't' })
  expect(cut?.text).toBe('INSERT INTO t VALUES (?, ?)')
  const kilobytes = Number(/^VmHWM:\s+(\d+)/m.exec(await contents(`/proc/${(await readersOf())[0]}/status`))?.[1] ?? 0)
  expect(kilobytes).toBeLessThan(350 * 1_024)
})
