import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { seeded } from '../../../../faults/support/seeded.ts'
import { eventually } from '../../../../support/eventually.ts'
import { oneMajor, usePostgres } from '../../../../support/postgres.ts'
import { connectionOf, settingsOf } from '../../support/connecting.ts'
import { Fuzz, places } from './support/fuzz.ts'
import { startHostileServer } from './support/hostile-server.ts'
import { learnedAnswers } from './support/learned-answers.ts'

const program = fileURLToPath(new URL('fixtures/watch-beside-hostile.ts', import.meta.url))
const messages = process.env['OTELEPHANT_LONG'] === '1' ? 10_000 : 4_000
const seed = Number(process.env['OTELEPHANT_SEED'] ?? 20_261_121)
const withinMs = messages * 20
/** How many receivers ask the hostile server at a time: plain, and over TLS. */
const attacked = ['6', '2'] as const
/** V8 ends a process that needs more for what lives; it would let garbage grow to many times that. */
const lean = ['--max-semi-space-size=8', '--max-old-space-size=64']
const risesBy = 50 * 1_048_576
const stopsWithinMs = 2_000

interface Heartbeat {
  readonly points: number
  readonly rss: number
}

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

// The hostile server says that it is an 18: it answers as one.
const major = oneMajor.at(-1) ?? 18
const postgres = usePostgres(major)

test(
  `${messages} spoilt messages end no process, hang none and fill none; a healthy server is watched all along`,
  async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(cluster))
    const fuzz = new Fuzz(seeded(seed), learnedAnswers(connection))
    await using hostile = await startHostileServer(() => fuzz.behaviour())
    const endpoints = [cluster, hostile].map(({ host, port }) => `${host}:${port}`)
    const child = spawn(process.execPath, [...lean, program, ...endpoints, ...attacked], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const beats: (Heartbeat & { readonly sent: number })[] = []
    createInterface(child.stdout).on('line', (line) => beats.push({ ...JSON.parse(line), sent: fuzz.sent }))
    const reached = (sent: number) => () => {
      if (child.exitCode === null && child.signalCode === null) expect(fuzz.sent).toBeGreaterThanOrEqual(sent)
    }
    // The healthy server is watched in each tenth of the time.
    for (let tenth = 1; tenth <= 10; tenth++) {
      const points = beats.at(-1)?.points ?? 0
      await eventually(reached((messages * tenth) / 10), { timeoutMs: withinMs })
      expect([child.exitCode, child.signalCode], `seed ${seed}, after ${fuzz.sent} messages`).toEqual([null, null])
      await eventually(() => expect(beats.at(-1)?.points).toBeGreaterThan(points))
    }
    const warm = beats.find(({ sent }) => sent > messages / 10)?.rss ?? 0
    expect(Math.max(...beats.map(({ rss }) => rss)) - warm).toBeLessThan(risesBy)
    expect([...fuzz.reached].toSorted()).toEqual(places.map(({ name }) => name).toSorted())
    child.kill('SIGTERM')
    const ended = await Promise.race([once(child, 'exit'), once(AbortSignal.timeout(stopsWithinMs), 'abort')])
    expect(ended).toEqual([0, null])
  },
  withinMs * 2,
)
