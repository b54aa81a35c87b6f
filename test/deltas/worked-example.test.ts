import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Baseline } from '../../src/deltas/baseline.ts'
import { deltaOutcome } from '../../src/deltas/delta-outcome.ts'
import type { StatisticsEpoch } from '../../src/pdata/reading.ts'

const documentation = join(import.meta.dirname, '../../docs/deltas.md')

const commits = {
  metric: {
    name: 'commits',
    description: 'Transactions committed.',
    unit: '1',
    kind: 'sum',
    monotonic: true,
    valueType: 'int',
    zeros: 'send',
  },
  attributes: {},
  key: 'commits',
} as const

const msOf = (time: string) => Date.parse(`2026-01-02T${time}Z`)
const tokenAt = (time: string) => ({ text: time, timeMs: msOf(time), exact: false })

/** A crash sets all witnesses to one moment and starts all processes anew. */
const epochs: Readonly<Record<string, StatisticsEpoch>> = {
  A: { server: '1', witnesses: [tokenAt('07:00:00'), tokenAt('07:00:01')], incarnation: tokenAt('06:00:00') },
  "A'": { server: '1', witnesses: [tokenAt('12:02:50'), tokenAt('12:02:50')], incarnation: tokenAt('12:02:50') },
  B: { server: '2', witnesses: [tokenAt('05:00:00'), tokenAt('05:00:01')], incarnation: tokenAt('04:00:00') },
}

test('the example in docs/deltas.md is what the rule gives, row by row', async () => {
  const [, table = ''] =
    /<!-- example -->\n([\s\S]*?)<!-- \/example -->/.exec(await readFile(documentation, 'utf8')) ?? []
  const [, , ...rows] = table.trim().split('\n')
  expect(rows).toHaveLength(9)
  let baseline: Baseline | undefined
  let sum = 0
  for (const row of rows) {
    const [readAt = '', value, token = '', server = '', sent, from, why = ''] = row
      .split('|')
      .slice(1)
      .map((cell) => cell.trim())
    const epoch = epochs[server] ?? { server: '', witnesses: [] }
    const reading = { query: 'q', filter: '', startedMs: msOf(readAt), timeMs: msOf(readAt), epoch, completes: false }
    const point = { series: commits, value: Number(value), token: tokenAt(token) }
    const outcome = deltaOutcome(point, reading, baseline, undefined, 'delta')
    baseline = outcome.baseline
    if (sent === '') {
      expect(outcome, row).toMatchObject({ kind: 'absorbed', reason: /^`(\w+)`/.exec(why)?.[1] })
      continue
    }
    expect(outcome, row).toMatchObject({
      kind: 'send',
      point: { value: Number(sent), startMs: msOf(from ?? ''), endMs: msOf(readAt) },
    })
    sum += Number(sent)
  }
  expect(sum).toBe(80)
})
