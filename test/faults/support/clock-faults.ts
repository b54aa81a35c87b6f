import { vi } from 'vitest'
import type { Fault } from './fault.ts'

const hourMs = 3_600_000

/** Of the wall clock, not of the collector's, which never goes back. */
function jump(name: string, byMs: number): Fault {
  return {
    name,
    times: () => 1,
    begin() {
      const wall = Date.now.bind(Date)
      vi.spyOn(Date, 'now').mockImplementation(() => wall() + byMs)
    },
    end() {},
  }
}

export const clockFaults: readonly Fault[] = [
  jump('the clock jumps an hour ahead', hourMs),
  jump('the clock jumps an hour back', -hourMs),
]
