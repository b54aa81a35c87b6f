import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { nothing, requestOf, storeAt } from '../../exporters/otlp/queue/support/store-samples.ts'
import type { ProcessFault } from './process-course.ts'

/** Somebody takes the queue's file away under a collector that has a backlog, and when that was noticed it is killed. */
function losing(name: string, lose: (file: string) => void): ProcessFault {
  return {
    name: `${name}, then kill -9`,
    async strike({ endpoint, respondWith, file, start }, signal) {
      respondWith(() => ({ status: 503 }))
      const otelephant = start()
      const before = endpoint.received.requests().length
      await endpoint.waitFor((received) => received.requests().length > before + 3, signal)
      lose(file)
      await otelephant.logged('is not what it was')
      await otelephant.logged('holds all that the one before did', { lost_requests: 0 })
      // The new file is locked as the old one was.
      const { code, stderr } = await start().ended
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('in use by another process') })
      otelephant.kill('SIGKILL')
      expect((await otelephant.ended).signal, otelephant.stderr).toBe('SIGKILL')
      return 1
    },
  }
}

export const lostFileFaults: readonly ProcessFault[] = [
  losing('the queue file is deleted', (file) => rmSync(file)),
  losing('the queue folder is deleted', (file) => rmSync(dirname(file), { recursive: true })),
  losing("the queue's log is deleted", (file) => rmSync(`${file}-wal`)),
  losing('another queue takes the place of the file', (file) => {
    const other = join(dirname(file), 'other.queue')
    {
      using under = storeAt(other)
      under.store.put([requestOf('of somebody else')], [], nothing)
    }
    renameSync(other, file)
  }),
  losing('the queue folder is moved, and a link leads elsewhere', (file) => {
    const folder = dirname(file)
    renameSync(folder, `${folder}-before`)
    mkdirSync(`${folder}-elsewhere`)
    symlinkSync(`${folder}-elsewhere`, folder)
  }),
]
