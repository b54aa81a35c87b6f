import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import type { Path } from './fault.ts'

/** A node of the parsed text, if there is one. */
export type Place = Node | null | undefined

interface Entry {
  readonly key: Place
  readonly value: Place
}

/** The nodes at the path, through aliases and merges; those of the nearest parent that exists, if it doesn't. */
export function placeAt(parsed: Document, path: Path): Entry {
  let at: Entry = { key: undefined, value: parsed.contents }
  for (const step of path) {
    const next = entryOf(parsed, at.value, step)
    if (next === undefined) return at
    at = next
  }
  return at
}

function entryOf(parsed: Document, place: Place, step: string | number): Entry | undefined {
  const container = isAlias(place) ? place.resolve(parsed) : place
  if (isMap(container)) return pairOf(parsed, container, String(step))
  if (!isSeq(container)) return undefined
  const item = container.items[Number(step)]
  return isNode(item) ? { key: item, value: item } : undefined
}

function pairOf(parsed: Document, map: YAMLMap, name: string): Entry | undefined {
  for (const { key, value } of map.items) {
    if (!isScalar(key) || String(key.value) !== name) continue
    // A key without even a colon has no value to place.
    return { key, value: isNode(value) && value.range ? value : key }
  }
  for (const pair of map.items) {
    if (!isPair(pair) || !isScalar(pair.key) || pair.key.source !== '<<' || !isNode(pair.value)) continue
    const merged = isAlias(pair.value) ? pair.value.resolve(parsed) : pair.value
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const found = isNode(source) ? entryOf(parsed, source, name) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}
