import { expect, test } from 'vitest'
import { blockingForest } from '../../../../src/receivers/postgresql/activity/blocking-forest.ts'
import type { LockNode } from '../../../../src/receivers/postgresql/activity/lock-graph.ts'

function root(pid: number): LockNode {
  const session = { backendStart: `start ${pid}`, transactionStart: undefined, database: 'shop', user: 'app' }
  return {
    pid,
    parent: undefined,
    wait: undefined,
    session: { ...session, applicationName: undefined, state: 'active', statement: undefined },
  }
}

function waiter(pid: number, parent: number, waitedMs: number, wait: Partial<LockNode['wait']> = {}): LockNode {
  return {
    ...root(pid),
    parent,
    wait: {
      lockType: 'tuple',
      mode: 'ExclusiveLock',
      relation: undefined,
      target: `row of ${pid}`,
      waiters: 1,
      waitedMs,
      preparedTransaction: undefined,
      ...wait,
    },
  }
}

function shape(nodes: readonly LockNode[]) {
  return blockingForest({ nodes }).map(({ root, victims, victimCount, depth, longestWaitMs }) => ({
    root: root.pid,
    victims: victims.map(({ node }) => node.pid),
    victimCount,
    depth,
    longestWaitMs,
  }))
}

test('each waiter is in the tree of the one that waits for nobody, the longest first', () => {
  const nodes = [root(1), waiter(2, 1, 900), waiter(3, 2, 700), waiter(4, 3, 800), root(5), waiter(6, 5, 100)]
  expect(shape(nodes)).toEqual([
    { root: 1, victims: [2, 4, 3], victimCount: 3, depth: 3, longestWaitMs: 900 },
    { root: 5, victims: [6], victimCount: 1, depth: 1, longestWaitMs: 100 },
  ])
})

test('those that wait for the same thing count although the graph has only some of them, and once', () => {
  const same = { target: 'row 17', waiters: 1_499 }
  const nodes = [root(1), waiter(2, 1, 900), waiter(3, 2, 800, same), waiter(4, 2, 700, same)]
  expect(shape(nodes)).toMatchObject([{ root: 1, victimCount: 1_500, depth: 2 }])
})

test('a circle is cut above its longest waiter, whatever the order of the nodes', () => {
  const nodes = [waiter(1, 2, 300), waiter(2, 3, 500), waiter(3, 1, 400), waiter(4, 1, 200)]
  const expected = [{ root: 2, victims: [3, 1, 4], victimCount: 3, depth: 2, longestWaitMs: 400 }]
  expect(shape(nodes)).toEqual(expected)
  expect(shape(nodes.toReversed())).toEqual(expected)
})

test('prepared transactions have no process: each is a root by its transaction', () => {
  const nodes = [
    root(0),
    waiter(2, 0, 900, { preparedTransaction: '771' }),
    waiter(3, 0, 800, { preparedTransaction: '772' }),
    waiter(4, 3, 700),
  ]
  const trees = blockingForest({ nodes })
  expect(trees.map(({ preparedTransaction, victimCount }) => [preparedTransaction, victimCount])).toEqual([
    ['771', 1],
    ['772', 2],
  ])
  expect(new Set(trees.map(({ key }) => key)).size).toBe(2)
})
