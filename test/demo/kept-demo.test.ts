import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { z } from 'zod'

const main = join(import.meta.dirname, '../../src/main.ts')

/** Kills a demo once it has delivered so many requests. */
async function killedDemo(data: string, requests: number, signal: AbortSignal): Promise<void> {
  const child = spawn(execPath, [main, 'demo', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'], signal })
  let delivered = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (/ 200 \d+ points/.test(line)) delivered += 1
    if (delivered === requests) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

const summary = z.object({
  gaps: z.number(),
  doubles: z.number(),
  errors: z.array(z.string()),
  account: z.object({ queued: z.number() }),
})

test('a demo that is killed goes on from its data folder: nothing is missing, nothing counted twice', async ({
  onTestFinished,
  signal,
}) => {
  const data = await mkdtemp('/tmp/oed-')
  // The server's account has to get in.
  await chmod(data, 0o755)
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  for (const requests of [2, 3]) await killedDemo(data, requests, signal)
  const last = spawn(execPath, [main, 'demo', '--data', data, '--once', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks = await last.stdout.toArray()
  const { gaps, doubles, errors, account } = summary.parse(JSON.parse(Buffer.concat(chunks).toString()))
  expect({ gaps, errors, queued: account.queued }).toEqual({ gaps: 0, errors: [], queued: 0 })
  // The one window in which a request may arrive twice: between the endpoint's answer and the queue's delete.
  const bodies = (await readFile(join(data, 'endpoint.journal'), 'utf8'))
    .split('\n')
    .map((line) => /"body":"([^"]*)"/.exec(line)?.[1])
  if (doubles > 0) expect(new Set(bodies).size).toBeLessThan(bodies.length)
}, 90_000)
