import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import type { Major } from '../../src/demo/embedded-postgres/major.ts'
import { seeded } from '../faults/support/seeded.ts'
import { majors, startTestCluster } from '../support/postgres.ts'
import {
  counters,
  readStatements,
  rowsGiven,
  type StatementRows,
  visibleIncrease,
} from './support/statements-oracle.ts'
import { type Delivered, startStatementsRig } from './support/statements-rig.ts'
import {
  connectApplications,
  databases,
  flood,
  prepareStatements,
  resetAll,
  resetExtremes,
  resetOne,
  settings,
  work,
} from './support/statements-workload.ts'

const long = process.env['OTELEPHANT_LONG'] === '1'

/** Every version of the extension that a server can create, the server's own last. */
const versions: Readonly<Record<Major, readonly string[]>> = {
  13: ['1.4', '1.5', '1.6', '1.7', '1.8'],
  14: ['1.4', '1.5', '1.6', '1.7', '1.8', '1.9'],
  15: ['1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10'],
  16: ['1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10'],
  17: ['1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10', '1.11'],
  18: ['1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10', '1.11', '1.12'],
}

/** Those whose rules differ, unless all are asked for. */
function tested(major: Major): readonly string[] {
  if (long) return versions[major]
  return major === 13 ? ['1.4', '1.8'] : ['1.8', '1.9', '1.12'].filter((version) => versions[major].includes(version))
}

async function startServer(major: Major, version: string): Promise<Cluster> {
  const cluster = await startTestCluster({ major, settings })
  await prepareStatements(cluster, version)
  return cluster
}

/** Whether rows of nested executions can't be told from the others. */
function isMixed(major: Major, version: string): boolean {
  return major >= 14 && Number(version.split('.')[1]) < 9
}

/** What was delivered that two readings couldn't see, or wasn't though they could. */
function faultsOf({ totals, points }: Delivered, visible: ReadonlyMap<string, number>): string[] {
  const wrong = [...new Set(counters.map(({ metric }) => metric))].flatMap((metric) => {
    const [found, expected] = [totals.get(metric) ?? 0, visible.get(metric) ?? 0]
    const isEqual = Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected))
    return isEqual ? [] : [`${metric}: delivered ${found}, two readings see ${expected}`]
  })
  const negative = points.filter(({ value }) => value < 0).map(({ metric, value }) => `${metric} is ${value}`)
  return [...wrong, ...negative]
}

function incompleteOf({ points }: Delivered): number | undefined {
  const [point] = points.filter(({ metric }) => metric === 'postgresql.statements.incomplete')
  return point && Number(point.value)
}

describe.each(majors)('PostgreSQL %i', (major) => {
  describe.each(tested(major))('with pg_stat_statements %s', (version) => {
    const mixed = isMixed(major, version)
    const tellsEvictions = Number(version.split('.')[1]) >= 9

    test('the sum of all series is what two readings see, whatever is reset and evicted between them', async () => {
      await using cluster = await startServer(major, version)
      await using rig = await startStatementsRig(cluster)
      await using applications = await connectApplications(cluster)
      await using admin = await cluster.connect()
      const random = seeded(major * 100 + version.length)
      const everyone = async () => {
        for (const client of applications) await work(client, random)
      }
      const [first = admin] = applications
      const rounds = [
        { happens: async () => {}, evicts: false },
        { happens: everyone, evicts: false },
        { happens: () => resetOne(admin, version, random), evicts: false },
        { happens: () => flood(first), evicts: true },
        { happens: () => resetAll(admin), evicts: false },
        { happens: () => resetExtremes(admin, version), evicts: false },
        { happens: () => resetOne(admin, version, random), evicts: false },
        { happens: async () => void (await Promise.all(applications.map(flood))), evicts: true },
      ]
      await everyone()
      let before = await readStatements(admin, databases)
      const lifetime = await rig.scrape()
      expect(lifetime.totals.get('postgresql.statement.calls') ?? 0, 'lifetime totals').toBe(0)
      for (const [round, { happens, evicts }] of rounds.entries()) {
        if (random() < 0.5) await everyone()
        await happens()
        if (random() < 0.7) await everyone()
        const now = await readStatements(admin, databases)
        const delivered = await rig.scrape()
        const visible = visibleIncrease(before, now, mixed)
        expect(faultsOf(delivered, visible), `round ${round}`).toEqual([])
        const known = tellsEvictions && now.size > 0
        expect(incompleteOf(delivered), `round ${round}`).toBe(known ? Number(evicts) : undefined)
        for (const { attributes } of delivered.logs) {
          expect(attributes['postgresql.interval.incomplete']).toBe(known ? evicts : undefined)
        }
        before = now
      }
    })

    test('the same holds while four sessions go on working and everything is reset now and then', async () => {
      await using cluster = await startServer(major, version)
      await using rig = await startStatementsRig(cluster)
      await using applications = await connectApplications(cluster)
      await using admin = await cluster.connect()
      const stop = new AbortController()
      const sessions = applications.map(async (client, at) => {
        const random = seeded(at)
        while (!stop.signal.aborted) {
          await work(client, random)
          if (random() < 0.1) await flood(client)
          if (random() < 0.1) await resetOne(admin, version, random)
          if (random() < 0.05) await resetAll(admin)
        }
      })
      let before: StatementRows | undefined
      let counted = 0
      try {
        for (let scrape = 0; scrape < (long ? 30 : 8); scrape += 1) {
          const delivered = await rig.scrape()
          const now = rowsGiven(delivered.rows)
          const visible = before === undefined ? new Map() : visibleIncrease(before, now, mixed)
          expect(faultsOf(delivered, visible), `scrape ${scrape}`).toEqual([])
          counted += delivered.totals.get('postgresql.statement.calls') ?? 0
          before = now
        }
      } finally {
        stop.abort()
        await Promise.all(sessions)
      }
      expect(counted).toBeGreaterThan(0)
    })
  })
})
