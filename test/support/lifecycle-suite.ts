import { describe, expect, test } from 'vitest'
import type { Component } from '../../src/component/component.ts'
import type { Host } from '../../src/component/host.ts'
import type { Status } from '../../src/component/status.ts'
import { stillAlive } from './still-alive.ts'

/** A fresh component that has not been started, and how to see it work. */
export interface LifecycleSubject {
  readonly component: Component
  /** Gives it occasion to do what it does: moves a fake clock on by some intervals, or lets real time pass. */
  readonly occasion: () => Promise<void>
  /** How much it has done so far, e.g. batches handed on. Grows between `start` and `shutdown`, given occasion. */
  readonly done: () => number
  /** Takes away what was set up for it (a server, a directory). */
  readonly dispose?: () => Promise<void>
}

/** Real time within which `start` returns, whatever the network does: well below any time-out of a connection. */
const soonMs = 4_000
/** Real time after which a component that has done nothing is taken for one that doesn't work. */
const workWithinMs = 15_000
/** Real time that closing sockets and the like may take to leave the event loop. */
const goneWithinMs = 5_000

/** The lifecycle contract of src/component/component.ts, as tests of one kind of component. */
export function lifecycleSuite(name: string, make: () => Promise<LifecycleSubject>): void {
  const check = (claim: string, body: (subject: LifecycleSubject, host: RecordingHost) => Promise<void>) =>
    test(claim, async () => {
      const subject = await make()
      try {
        await body(subject, new RecordingHost())
      } finally {
        await subject.component.shutdown()
        await subject.dispose?.()
      }
    })

  describe(`${name}: lifecycle`, () => {
    check('shutdown works without start', async ({ component }) => {
      await component.shutdown()
    })

    check('start returns soon', async ({ component }, host) => {
      const startedMs = performance.now()
      await component.start(host)
      expect(performance.now() - startedMs).toBeLessThan(soonMs)
    })

    check('shutdown works twice, at once and later', async ({ component }, host) => {
      await component.start(host)
      await Promise.all([component.shutdown(), component.shutdown()])
      await component.shutdown()
      expect(host.count('stopped')).toBe(1)
    })

    check('shutdown works during start', async (subject, host) => {
      const starting = subject.component.start(host)
      await subject.component.shutdown()
      await Promise.allSettled([starting])
      await expectIdle(subject)
    })

    check('start after shutdown starts nothing', async (subject, host) => {
      await subject.component.shutdown()
      await Promise.allSettled([subject.component.start(host)])
      await expectIdle(subject)
    })

    check('works between start and shutdown, and no more after', async (subject, host) => {
      await subject.component.start(host)
      await expectWork(subject)
      await subject.component.shutdown()
      await expectIdle(subject)
    })

    check('what it reports goes from starting to stopping to stopped', async (subject, host) => {
      await subject.component.start(host)
      await expectWork(subject)
      await subject.component.shutdown()
      await subject.occasion()
      expectStatusOrder(host.kinds)
    })

    test('leaves nothing that keeps the process alive', async () => {
      const alive = await stillAlive(async () => {
        const subject = await make()
        await subject.component.start(new RecordingHost())
        await expectWork(subject)
        await subject.component.shutdown()
        await subject.dispose?.()
      }, goneWithinMs)
      expect(alive).toEqual([])
    })
  })
}

class RecordingHost implements Host {
  readonly kinds: Status['kind'][] = []

  report(status: Status): void {
    this.kinds.push(status.kind)
  }

  count(kind: Status['kind']): number {
    return this.kinds.filter((reported) => reported === kind).length
  }
}

async function expectWork({ occasion, done }: LifecycleSubject): Promise<void> {
  const before = done()
  const deadlineMs = performance.now() + workWithinMs
  while (done() === before && performance.now() < deadlineMs) await occasion()
  expect(done()).toBeGreaterThan(before)
}

async function expectIdle({ occasion, done }: LifecycleSubject): Promise<void> {
  const before = done()
  await occasion()
  expect(done()).toBe(before)
}

function expectStatusOrder(kinds: readonly Status['kind'][]): void {
  expect(kinds[0]).toBe('starting')
  expect(kinds.slice(-2)).toEqual(['stopping', 'stopped'])
  const stopping = new Set<Status['kind']>(['stopping', 'stopped'])
  expect(kinds.slice(0, -2).filter((kind) => stopping.has(kind))).toEqual([])
}
