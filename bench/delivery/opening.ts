import { join } from 'node:path'
import { z } from 'zod'
import { asShipped } from '../as-shipped.ts'
import { runChild } from '../child.ts'
import { median } from '../median.ts'
import type { Report } from '../table.ts'
import { caseFolder } from './case-folder.ts'
import { rounds } from './rounds.ts'

const measured = z.object({ wallMs: z.number(), residentBytes: z.number(), series: z.number(), requests: z.number() })
type Measured = z.infer<typeof measured>

/** What it takes to open a queue that knows many series. */
export async function opening(): Promise<Report> {
  await using folder = await caseFolder()
  const run = (what: 'fill' | 'open') =>
    runChild(join(import.meta.dirname, 'opening-case.ts'), [what, folder.path], measured, asShipped)
  await run('fill')
  const runs: Measured[] = []
  for (let round = 0; round < rounds; round++) runs.push(await run('open'))
  const of = (value: (one: Measured) => number) => median(runs.map(value))
  return {
    title: 'Opening',
    headings: ['known series', 'requests that wait', 'ms', 'RSS MiB more'],
    rows: [
      [
        of(({ series }) => series).toLocaleString('en'),
        of(({ requests }) => requests),
        of(({ wallMs }) => wallMs),
        Math.round(of(({ residentBytes }) => residentBytes) / 2 ** 20),
      ],
    ],
    notes: [`Medians of ${rounds} fresh processes that open the same file; every row's checksum is looked at.`],
  }
}
