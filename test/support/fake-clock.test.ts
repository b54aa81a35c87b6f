import { expect, test } from 'vitest'
import { FakeClock } from './fake-clock.ts'

const never = new AbortController().signal

test('wakes sleepers in the order of their time, each at its own time', async () => {
  const clock = new FakeClock(1_000)
  const woken: [string, number][] = []
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms, never)
    woken.push([name, clock.now()])
  }
  const all = Promise.all([sleep('late', 30), sleep('early', 10), sleep('beyond', 51)])
  await clock.advance(50)
  expect(woken).toEqual([
    ['early', 1_010],
    ['late', 1_030],
  ])
  expect([clock.now(), clock.sleeping]).toEqual([1_050, 1])
  await clock.advance(1)
  await all
})

test('who wakes and sleeps again within the time is woken again', async () => {
  const clock = new FakeClock(0)
  const ticks: number[] = []
  const loop = (async () => {
    while (ticks.length < 3) {
      await clock.sleep(100, never)
      // A chain of promises, as real code has.
      await Promise.resolve().then(() => Promise.resolve())
      ticks.push(clock.now())
    }
  })()
  await clock.advance(1_000)
  await loop
  expect(ticks).toEqual([100, 200, 300])
})

test('an aborted sleep rejects with the reason and is forgotten', async () => {
  const clock = new FakeClock()
  const controller = new AbortController()
  const sleeping = clock.sleep(10, controller.signal)
  await clock.whenSleeping(1, never)
  controller.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
  expect(clock.sleeping).toBe(0)
  await expect(clock.sleep(10, controller.signal)).rejects.toThrow('enough')
})
