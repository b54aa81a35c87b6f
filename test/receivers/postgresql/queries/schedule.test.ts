import { describe, expect, test, vi } from 'vitest'
import { QueryError } from '../../../../src/receivers/postgresql/connection/query-error.ts'
import { quarantining } from '../../../../src/receivers/postgresql/connection/sqlstate.ts'
import { Schedule } from '../../../../src/receivers/postgresql/server/schedule.ts'

const slow = { name: 'slow', intervalMs: 300_000 }
const quick = { name: 'quick', intervalMs: 30_000 }
const failure = (code: string) => new QueryError('query', Object.assign(new Error('no'), { code }))

function names(schedule: Schedule, nowMs: number, slackMs = 15_000): string[] {
  return schedule.due([slow, quick], nowMs, slackMs).map(({ name }) => name)
}

test('everything is due at first, then each on its own interval, and half a tick early is not missed', () => {
  const schedule = new Schedule()
  const runs: Record<string, number[]> = { slow: [], quick: [] }
  for (let nowMs = 0; nowMs <= 600_000; nowMs += 30_000 - 5) {
    for (const name of names(schedule, nowMs)) {
      schedule.started(name, nowMs)
      schedule.succeeded(name)
      runs[name]?.push(Math.round(nowMs / 30_000))
    }
  }
  expect(runs['slow']).toEqual([0, 10, 20])
  expect(runs['quick']).toEqual(Array.from({ length: 21 }, (_, tick) => tick))
})

describe('what failed', () => {
  test.each([
    ['42501', 300_000],
    ['42P01', 300_000],
    ['42703', 300_000],
    ['42883', 300_000],
    ['55000', 300_000],
    ['55P03', 20_000],
    ['57014', 20_000],
    ['40001', 20_000],
    ['57P01', 20_000],
    ['08006', 20_000],
  ])('with %s is tried again after %i ms, then later and later, and missing until then', (code, pauseMs) => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    try {
      const schedule = new Schedule()
      let nowMs = 0
      for (const factor of [1, 2, 4]) {
        schedule.started('quick', nowMs)
        schedule.failed('quick', failure(code), nowMs)
        nowMs += pauseMs * factor
        expect(names(schedule, nowMs - 1, 0)).toEqual(['slow'])
        expect(schedule.backingOff([slow, quick], nowMs - 1, 0).map(([{ name }]) => name)).toEqual(['quick'])
        expect(names(schedule, nowMs, 0)).toContain('quick')
        expect(schedule.backingOff([slow, quick], nowMs, 0)).toEqual([])
      }
    } finally {
      random.mockRestore()
    }
    expect(quarantining.has(code)).toBe(pauseMs === 300_000)
  })

  test('comes after what did not, and in its turn again once it works', () => {
    const schedule = new Schedule()
    for (const name of ['slow', 'quick']) schedule.started(name, 0)
    schedule.failed('slow', failure('57014'), 0)
    schedule.succeeded('quick')
    expect(names(schedule, 400_000)).toEqual(['quick', 'slow'])
    schedule.started('slow', 400_000)
    schedule.succeeded('slow')
    expect(names(schedule, 800_000)).toEqual(['slow', 'quick'])
  })

  test('is forgiven when the server is another, and forgotten when it is gone', () => {
    const schedule = new Schedule()
    schedule.started('quick', 0)
    schedule.failed('quick', failure('42501'), 0)
    expect(names(schedule, 1)).toEqual(['slow'])
    schedule.retryNow()
    expect(names(schedule, 1)).toEqual(['slow', 'quick'])
    schedule.failed('quick', failure('42501'), 1)
    schedule.keep(new Set(['slow']))
    expect(names(schedule, 2)).toEqual(['slow', 'quick'])
  })
})
