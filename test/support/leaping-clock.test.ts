import { expect, test } from 'vitest'
import { LeapingClock } from './leaping-clock.ts'

test('a leap wakes those who sleep until then, and nobody else', async ({ signal }) => {
  const clock = new LeapingClock()
  const startMs = clock.now()
  const woken: string[] = []
  const short = clock.sleep(60_000, signal).then(() => woken.push('short'))
  const later = new AbortController()
  const long = clock.sleep(600_000, later.signal)
  long.catch(() => woken.push('long'))
  clock.leap(61_000)
  await short
  expect(woken).toEqual(['short'])
  expect(clock.now() - startMs).toBeGreaterThanOrEqual(61_000)
  later.abort(new Error('enough'))
  await expect(long).rejects.toThrow('enough')
})
