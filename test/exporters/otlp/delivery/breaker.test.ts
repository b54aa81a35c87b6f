import { expect, test } from 'vitest'
import { Breaker } from '../../../../src/exporters/otlp/delivery/breaker.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const backoff = { initialMs: 5_000, maxMs: 30_000, multiplier: 1.5, jitter: 0 }

function breakerAt(clock = new FakeClock()) {
  return { clock, breaker: new Breaker({ clock, backoff, threshold: 3 }) }
}

async function openAfterThree() {
  const { clock, breaker } = breakerAt()
  for (const _ of [1, 2, 3]) breaker.failed(breaker.begin(), undefined)
  return { clock, breaker }
}

test('below the threshold only the request that failed waits, longer from round to round', async () => {
  const { clock, breaker } = breakerAt()
  expect(breaker.failed(breaker.begin(), undefined)).toBe(5_000)
  await clock.advance(5_000)
  expect(breaker.failed(breaker.begin(), undefined)).toBe(7_500)
  expect({ state: breaker.state, pauseMs: breaker.pauseMs }).toEqual({ state: 'closed', pauseMs: 0 })
})

test('a success in between starts the count again', () => {
  const { breaker } = breakerAt()
  for (const _ of [1, 2, 3, 4, 5, 6]) {
    breaker.failed(breaker.begin(), undefined)
    breaker.succeeded(breaker.begin())
  }
  expect(breaker.state).toBe('closed')
})

test('the threshold opens it; requests that were in flight together make one pause, not a long one', async () => {
  const { breaker } = await openAfterThree()
  expect({ state: breaker.state, pauseMs: breaker.pauseMs }).toEqual({ state: 'open', pauseMs: 5_000 })
})

test('the first request after the pause is the probe, and its success closes', async () => {
  const { clock, breaker } = await openAfterThree()
  await clock.advance(5_000)
  expect(breaker.pauseMs).toBe(0)
  const probe = breaker.begin()
  expect({ probe, state: breaker.state }).toMatchObject({ probe: { isProbe: true }, state: 'half_open' })
  breaker.succeeded(probe)
  expect(breaker.state).toBe('closed')
})

test('a probe that fails opens it again for longer, up to the longest pause', async () => {
  const { clock, breaker } = await openAfterThree()
  const pauses: number[] = []
  for (const _ of [1, 2, 3, 4, 5, 6]) {
    await clock.advance(breaker.pauseMs)
    breaker.failed(breaker.begin(), undefined)
    pauses.push(breaker.pauseMs)
  }
  expect(pauses).toEqual([7_500, 11_250, 16_875, 25_312.5, 30_000, 30_000])
})

test('what was sent before it opened neither closes it nor ends the probe', async () => {
  const { clock, breaker } = breakerAt()
  const early = [breaker.begin(), breaker.begin()]
  for (const _ of [1, 2, 3]) breaker.failed(breaker.begin(), undefined)
  for (const attempt of early.slice(0, 1)) breaker.succeeded(attempt)
  expect(breaker.state).toBe('open')
  await clock.advance(5_000)
  const probe = breaker.begin()
  for (const attempt of early) breaker.failed(attempt, undefined)
  expect(breaker.state).toBe('half_open')
  breaker.succeeded(probe)
  expect(breaker.state).toBe('closed')
})

test('a Retry-After opens it at once and for as long as it says', async () => {
  const { clock, breaker } = breakerAt()
  const [other, asked] = [breaker.begin(), breaker.begin()]
  expect(breaker.failed(asked, 3_600_000)).toBeUndefined()
  expect(breaker.failed(other, 7_000)).toBeUndefined()
  await clock.advance(600_000)
  expect({ state: breaker.state, pauseMs: breaker.pauseMs }).toEqual({ state: 'open', pauseMs: 3_000_000 })
})

test('beyond an hour one probe an hour goes, and what was asked for is kept whatever comes of it', async () => {
  const { clock, breaker } = breakerAt()
  const startMs = clock.now()
  const untilMs = startMs + 90 * 86_400_000
  breaker.failed(breaker.begin(), 90 * 86_400_000)
  for (const retryAfterMs of [undefined, 30_000, 89 * 86_400_000]) {
    expect(breaker.pauseMs).toBe(retryAfterMs === 89 * 86_400_000 ? 30_000 : 3_600_000)
    await clock.advance(breaker.pauseMs)
    const probe = breaker.begin()
    expect({ probe, untilMs: breaker.openUntilMs > clock.now() }).toMatchObject({ probe: { isProbe: true } })
    breaker.failed(probe, retryAfterMs)
    if (retryAfterMs === undefined) expect(breaker.openUntilMs).toBe(untilMs)
    else expect(breaker.openUntilMs).toBe(clock.now() + retryAfterMs)
  }
  await clock.advance(3_600_000)
  breaker.succeeded(breaker.begin())
  expect(breaker.state).toBe('closed')
  for (const _ of [1, 2, 3]) breaker.failed(breaker.begin(), undefined)
  expect(breaker.pauseMs).toBe(5_000)
})

test('a probe that did not go leaves the pause as it was', async () => {
  const { clock, breaker } = await openAfterThree()
  await clock.advance(5_000)
  breaker.inconclusive(breaker.begin())
  expect({ state: breaker.state, pauseMs: breaker.pauseMs }).toEqual({ state: 'open', pauseMs: 0 })
})

test('a Retry-After that comes while the probe is out is kept, though the probe succeeds', async () => {
  const { clock, breaker } = breakerAt()
  const early = breaker.begin()
  for (const _ of [1, 2, 3]) breaker.failed(breaker.begin(), undefined)
  await clock.advance(5_000)
  const probe = breaker.begin()
  breaker.failed(early, 60_000)
  breaker.succeeded(probe)
  expect({ state: breaker.state, pauseMs: breaker.pauseMs }).toEqual({ state: 'open', pauseMs: 60_000 })
})
