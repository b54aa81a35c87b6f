import { z } from 'zod'
import type { ComposedQuery } from '../../../../../src/receivers/postgresql/compose/composed-query.ts'
import type { Connection } from '../../../../../src/receivers/postgresql/connection/connection.ts'
import { never } from '../../support/connecting.ts'

const node = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().default(''),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().default(0),
  'Rows Removed by Index Recheck': z.number().default(0),
  'Rows Removed by Join Filter': z.number().default(0),
  'Shared Hit Blocks': z.number(),
  'Shared Read Blocks': z.number(),
  get Plans() {
    return z.array(node).default([])
  },
})
type Node = z.output<typeof node>

const explained = z.tuple([z.object({ Plan: node, 'Execution Time': z.number() })])

/** What one slice makes the server do. */
export interface SliceCost {
  /** What all nodes of the plan went through. */
  readonly rows: number
  /** Blocks looked at. */
  readonly blocks: number
  /** The most that a node that sorts or hashes took in. */
  readonly gathered: number
  /** The most that was read of a relation from its beginning. */
  readonly scanned: number
  readonly plan: string
}

/** What the slices of a query cost that begin after these keys: planned for each, and by the plan that serves all. */
export async function sliceCosts(
  connection: Connection,
  { text, parameters, slice }: ComposedQuery,
  keys: readonly string[],
  databases: readonly string[] = [],
): Promise<readonly SliceCost[]> {
  const costs: SliceCost[] = []
  const explain = async (statement: string, values: readonly string[]) => {
    const asked = `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${statement}`
    const [line = []] = await connection.query('explain', asked, values, never)
    costs.push(costOf(explained.parse(JSON.parse(line[0] ?? ''))[0].Plan))
  }
  await connection.query('generic', 'SET plan_cache_mode = force_generic_plan', [], never)
  await connection.query('prepare', `PREPARE sliced AS ${text}`, [], never)
  for (const after of keys) {
    const given = { after, rows: String(slice?.rows), databases: `{${databases.join(',')}}` }
    const values = parameters.map((parameter) => given[parameter])
    await explain(text, values)
    await explain(`EXECUTE sliced (${values.map((value) => `'${value}'`).join(', ')})`, [])
  }
  await connection.query('prepare', 'DEALLOCATE sliced', [], never)
  return costs
}

function costOf(root: Node): SliceCost {
  const nodes = flat(root)
  return {
    rows: sum(nodes.map((one) => passed(one) * one['Actual Loops'])),
    blocks: root['Shared Hit Blocks'] + root['Shared Read Blocks'],
    gathered: Math.max(
      0,
      ...nodes
        .filter((one) => ['Sort', 'Incremental Sort', 'Hash', 'Materialize'].includes(one['Node Type']))
        .flatMap(({ Plans }) => Plans.map((input) => input['Actual Rows'] * input['Actual Loops'])),
    ),
    scanned: Math.max(
      0,
      ...nodes.filter((one) => ['Seq Scan', 'Bitmap Heap Scan'].includes(one['Node Type'])).map(passed),
    ),
    plan: describe(root),
  }
}

function flat(one: Node): Node[] {
  return [one, ...one.Plans.flatMap(flat)]
}

function passed(one: Node): number {
  const removed =
    one['Rows Removed by Filter'] + one['Rows Removed by Index Recheck'] + one['Rows Removed by Join Filter']
  return one['Actual Rows'] + removed
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function describe(one: Node, depth = 0): string {
  const line = `${'  '.repeat(depth)}${one['Node Type']} ${one['Relation Name']} ${passed(one)} x ${one['Actual Loops']}`
  return [line, ...one.Plans.map((input) => describe(input, depth + 1))].join('\n')
}
