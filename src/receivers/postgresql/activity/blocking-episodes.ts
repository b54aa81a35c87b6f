import type { BlockingTree } from './blocking-forest.ts'

/** The time from the first graph in which a root blocker keeps others waiting to the first in which it doesn't. */
export interface BlockingEpisode {
  /** As it was seen last. */
  readonly tree: BlockingTree
  /** When its longest waiter began to wait, milliseconds on the collector's clock. */
  readonly startedMs: number
  readonly lastSeenMs: number
  readonly peakVictims: number
}

export type EpisodePhase = 'start' | 'ongoing' | 'end'

export interface EpisodeNews {
  readonly phase: EpisodePhase
  readonly episode: BlockingEpisode
}

/** Shorter waits are how row locks work; log_lock_waits has the same limit. */
const episodeAfterMs = 1_000
const repeatMs = 60_000

interface Entry {
  episode: BlockingEpisode
  toldMs: number
}

/** Follows root blockers from graph to graph: each is reported when it starts, each minute, and when it has ended. */
export class BlockingEpisodes {
  readonly #entries = new Map<string, Entry>()

  /** Takes in the trees of one moment and returns what is to be reported. */
  see(trees: readonly BlockingTree[], nowMs: number): EpisodeNews[] {
    const news: EpisodeNews[] = this.#end(new Set(trees.map(({ key }) => key)))
    for (const tree of trees) {
      const entry = this.#entries.get(tree.key)
      if (entry === undefined) news.push(...this.#start(tree, nowMs))
      else news.push(...advance(entry, tree, nowMs))
    }
    return news
  }

  #start(tree: BlockingTree, nowMs: number): EpisodeNews[] {
    if (tree.longestWaitMs < episodeAfterMs) return []
    const startedMs = nowMs - tree.longestWaitMs
    const episode = { tree, startedMs, lastSeenMs: nowMs, peakVictims: tree.victimCount }
    this.#entries.set(tree.key, { episode, toldMs: nowMs })
    return [{ phase: 'start', episode }]
  }

  #end(present: ReadonlySet<string>): EpisodeNews[] {
    const ended: EpisodeNews[] = []
    for (const [key, { episode }] of this.#entries) {
      if (present.has(key)) continue
      this.#entries.delete(key)
      ended.push({ phase: 'end', episode })
    }
    return ended
  }
}

function advance(entry: Entry, tree: BlockingTree, nowMs: number): EpisodeNews[] {
  const { startedMs, peakVictims } = entry.episode
  entry.episode = { tree, startedMs, lastSeenMs: nowMs, peakVictims: Math.max(peakVictims, tree.victimCount) }
  if (nowMs - entry.toldMs < repeatMs) return []
  entry.toldMs = nowMs
  return [{ phase: 'ongoing', episode: entry.episode }]
}
