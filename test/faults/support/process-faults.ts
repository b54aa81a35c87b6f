import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Respond } from '../../../src/demo/endpoint/endpoint.ts'
import { tearLog } from './file-damage.ts'
import { loggedAccount, type ProcessFault, type ProcessScene } from './process-course.ts'
import { repetitions } from './repetitions.ts'
import { seeded } from './seeded.ts'

/** An endpoint that is slow now and then, and throttles now and then. */
function moody(seed: number): Respond {
  const random = seeded(seed)
  return async () => {
    const mood = random()
    if (mood < 0.3) return { status: 503 }
    if (mood < 0.6) await delay(150)
    return undefined
  }
}

/** Kills process after process at moments that the seed tells: while it starts, or up to some scrapes later. */
async function killing(scene: ProcessScene, seed: number, kills: number, after: (kill: number) => void = () => {}) {
  const random = seeded(seed)
  scene.respondWith(moody(seed))
  for (let kill = 1; kill <= kills; kill++) {
    const otelephant = scene.start()
    // By what it says and not by the time alone: on a busy machine it takes seconds to start.
    if (random() < 0.8) await otelephant.logged('Started.')
    await delay(random() * 2_000)
    otelephant.kill('SIGKILL')
    expect((await otelephant.ended).signal, otelephant.stderr).toBe('SIGKILL')
    after(kill)
  }
  return kills
}

export const processFaults: readonly ProcessFault[] = [
  {
    name: 'kill -9 at random moments',
    window: true,
    strike: (scene) => killing(scene, 11, repetitions(5, 150, 50)),
  },
  {
    name: 'power loss at random moments: kill -9, and the log torn behind its last transaction',
    window: true,
    strike: (scene) =>
      killing(scene, 12, repetitions(3, 30, 10), (kill) => {
        // Killed before it opened its file, it has no log.
        if (existsSync(`${scene.file}-wal`)) tearLog(`${scene.file}-wal`, kill)
      }),
  },
  {
    name: 'SIGTERM under load, the endpoint well and failing',
    async strike({ endpoint, respondWith, start }, signal) {
      const answers: readonly Respond[] = [() => undefined, () => ({ status: 503 })]
      for (const answer of answers) {
        respondWith(answer)
        const before = endpoint.received.requests().length
        const otelephant = start()
        await endpoint.waitFor((received) => received.requests().length > before + 1, signal)
        otelephant.kill('SIGTERM')
        expect((await otelephant.ended).code, otelephant.stderr).toBe(0)
        expect(await loggedAccount(otelephant, 'Stopped.')).toMatchObject({ dropped: {} })
      }
      return answers.length
    },
  },
  {
    name: 'a second process on the same folder',
    async strike({ endpoint, start }, signal) {
      const first = start()
      await first.logged('Started.')
      const { code, stderr } = await start().ended
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('in use by another process') })
      const before = endpoint.received.requests().length
      await endpoint.waitFor((received) => received.requests().length > before + 5, signal)
      first.kill('SIGTERM')
      expect((await first.ended).code, first.stderr).toBe(0)
      return 1
    },
  },
  {
    name: 'the disk fails to write (SQLITE_IOERR), then works again',
    async strike({ respondWith, start }) {
      const otelephant = start()
      await otelephant.logged('Started.')
      respondWith(() => ({ status: 503 }))
      const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(otelephant.pid), `--fsize=${bytes}:`])
      limit('1')
      await otelephant.logged('can not be used')
      await otelephant.logged('No exporter took what was scraped')
      await otelephant.loggedAfter('can not be used', 'Scraped.', { scraper: 'databases' })
      respondWith(undefined)
      limit('unlimited')
      await otelephant.logged('can be written again')
      otelephant.kill('SIGTERM')
      expect((await otelephant.ended).code, otelephant.stderr).toBe(0)
      return 1
    },
  },
]
