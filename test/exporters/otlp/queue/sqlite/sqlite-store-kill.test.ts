import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { completeAt, storeAt, takeAll, temporaryFolder } from '../support/store-samples.ts'

const rounds = Number(process.env['OTELEPHANT_KILLS'] ?? 20)
const fixture = fileURLToPath(new URL('../fixtures/put-in-a-loop.ts', import.meta.url))

test(
  `kill -9 loses nothing that was put and tears nothing apart, ${rounds} times in a row`,
  async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.queue')
    const removed = new Set<number>()
    let last = 0
    for (const lines of fc.sample(fc.integer({ min: 1, max: 90 }), { numRuns: rounds, seed: 7 })) {
      const reported = await killAfter(path, lines)
      // What the file held when it was opened is what the last round left.
      expect(reported.opened).toBe(last)
      for (const number of reported.removed) removed.add(number)

      using under = storeAt(path)
      last = Number(under.store.baseline('tables', 'series 0')?.value)
      expect(last).toBeGreaterThanOrEqual(reported.put)
      expect(last).toBeLessThanOrEqual(reported.put + 1)
      for (let index = 0; index < 50; index++) {
        expect(under.store.baseline('tables', `series ${index}`)?.value).toBe(last)
      }
      expect(under.store.baseline('tables', `born ${last}`)?.value).toBe(last)
      expect(under.store.baseline('tables', `born ${last - 1}`)).toBeUndefined()
      expect(under.store.lastComplete('tables')).toEqual(completeAt(last))
      const stored = new Set(takeAll(under.store))
      for (let number = 1; number <= last; number++) {
        const isThere = stored.delete(`request ${number}`)
        if (number === reported.removing) {
          if (!isThere) removed.add(number)
        } else expect({ number, isThere }).toEqual({ number, isThere: !removed.has(number) })
      }
      expect(stored).toEqual(new Set())
      expect(under.lines).toEqual([])
    }
    expect(removed.size).toBeGreaterThan(rounds)
  },
  120_000 + 2_000 * rounds,
)

/** Runs a process that puts, and kills it when it has said so many lines: what it had said until it died. */
async function killAfter(path: string, lines: number) {
  const child = spawn(process.execPath, [fixture, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const removed: number[] = []
  const reported = { opened: -1, put: 0, removing: 0, removed }
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, text] = line.split(' ')
    if (what === 'opened') reported.opened = Number(text)
    else if (what === 'put') reported.put = Number(text)
    else if (what === 'removing') reported.removing = Number(text)
    else reported.removed.push(Number(text))
    seen += 1
    if (seen === lines) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  if (reported.removed.at(-1) === reported.removing) reported.removing = 0
  if (reported.put === 0) reported.put = reported.opened
  return reported
}
