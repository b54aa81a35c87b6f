import { join } from 'node:path'
import { z } from 'zod'
import { asShipped } from '../as-shipped.ts'
import { runChild } from '../child.ts'
import { median } from '../median.ts'
import { startServer } from '../server-process.ts'
import type { Report } from '../table.ts'
import { caseFolder } from './case-folder.ts'
import { rounds } from './rounds.ts'

const residence = z.object({ nowBytes: z.number(), peakBytes: z.number() })
const measured = z.object({
  before: residence,
  after: residence,
  drainedPeakBytes: z.number(),
  queuedPoints: z.number(),
  queuedBytes: z.number(),
  diskBytes: z.number(),
  drainMs: z.number(),
  lost: z.number(),
  left: z.number(),
})
type Measured = z.infer<typeof measured>
const mebibyte = 1_024 * 1_024
/** 20 MB. */
const aimMebibytes = 19

/** What an hour without an endpoint does to memory and disk, and what is lost by it. */
export async function outage(): Promise<Report> {
  const runs: Measured[] = []
  for (let round = 0; round < rounds; round++) {
    await using endpoint = await startServer(join(import.meta.dirname, 'endpoint.ts'))
    await using folder = await caseFolder()
    const file = join(import.meta.dirname, 'outage-case.ts')
    runs.push(await runChild(file, [endpoint.url, folder.path], measured, asShipped))
  }
  const row = (name: string, value: (run: Measured) => number, aim: number | string = '') => {
    const values = runs.map(value)
    return [name, median(values), Math.max(...values), aim]
  }
  const inMebibytes = (name: string, value: (run: Measured) => number, aim?: number) =>
    row(name, (run) => value(run) / mebibyte, aim)
  return {
    title: 'An hour without an endpoint',
    headings: ['', 'median', 'most', 'aim: at most'],
    rows: [
      inMebibytes('RSS before, MiB', ({ before }) => before.nowBytes),
      inMebibytes('RSS at its end, MiB more', ({ before, after }) => after.nowBytes - before.nowBytes, aimMebibytes),
      inMebibytes('peak within it, MiB more', ({ before, after }) => after.peakBytes - before.nowBytes, aimMebibytes),
      inMebibytes(
        '... above the peak of the quarter hour before',
        ({ before, after }) => after.peakBytes - before.peakBytes,
      ),
      inMebibytes(
        'peak of the catching up, MiB more',
        ({ before, drainedPeakBytes }) => drainedPeakBytes - before.nowBytes,
        aimMebibytes,
      ),
      row('points that wait at its end', ({ queuedPoints }) => queuedPoints),
      inMebibytes('requests that wait, MiB', ({ queuedBytes }) => queuedBytes),
      inMebibytes('files of the queue, MiB', ({ diskBytes }) => diskBytes),
      row('all delivered after, ms', ({ drainMs }) => drainMs),
      row('points lost', ({ lost, left }) => lost + left, 0),
    ],
    notes: [
      `Of ${rounds} fresh processes. 240 scrapes of 10,000 points, 15 s apart on a clock that is set forward, with 503 in response; before them 120 that were delivered. Then the endpoint comes back.`,
      'The hour passes in some ten seconds, so that V8 has less time to collect garbage than it would have. V8 has the flags of the program (src/start.cjs).',
      'Lost: all that was given to the exporter, less absorbed, less what the endpoint finds in the bodies that it accepts.',
    ],
  }
}
