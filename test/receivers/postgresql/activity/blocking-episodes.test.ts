import { expect, test } from 'vitest'
import { BlockingEpisodes } from '../../../../src/receivers/postgresql/activity/blocking-episodes.ts'
import type { BlockingTree } from '../../../../src/receivers/postgresql/activity/blocking-forest.ts'

function tree(key: string, longestWaitMs: number, victimCount = 1): BlockingTree {
  const root = { pid: 7, parent: undefined, wait: undefined, session: undefined }
  return { key, root, preparedTransaction: undefined, victims: [], victimCount, depth: 1, longestWaitMs }
}

function told(episodes: BlockingEpisodes, trees: readonly BlockingTree[], nowMs: number) {
  return episodes.see(trees, nowMs).map(({ phase, episode }) => [phase, episode.tree.key, episode.peakVictims])
}

test('what is over within a second is told of never', () => {
  const episodes = new BlockingEpisodes()
  expect(told(episodes, [tree('short', 999)], 1_000)).toEqual([])
  expect(told(episodes, [], 2_000)).toEqual([])
})

test('an episode is told of at its start, each minute, and at its end, with the most victims that it had', () => {
  const episodes = new BlockingEpisodes()
  expect(told(episodes, [tree('long', 1_500, 2)], 10_000)).toEqual([['start', 'long', 2]])
  expect(told(episodes, [tree('long', 6_500, 9)], 15_000)).toEqual([])
  expect(told(episodes, [tree('long', 61_500, 4)], 70_000)).toEqual([['ongoing', 'long', 9]])
  expect(told(episodes, [tree('long', 66_500, 4)], 75_000)).toEqual([])
  const [end] = episodes.see([], 80_000)
  expect(end).toMatchObject({ phase: 'end', episode: { startedMs: 8_500, lastSeenMs: 75_000, peakVictims: 9 } })
  expect(episodes.see([], 81_000)).toEqual([])
})

test('another root is another episode', () => {
  const episodes = new BlockingEpisodes()
  episodes.see([tree('first', 2_000)], 10_000)
  expect(told(episodes, [tree('second', 2_000)], 15_000)).toEqual([
    ['end', 'first', 1],
    ['start', 'second', 1],
  ])
})
