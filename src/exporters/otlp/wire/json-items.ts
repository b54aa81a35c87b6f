import type { WireLevel } from './wire-level.ts'

/** @throws Error where the bytes aren't JSON */
export function countInJson(bytes: Uint8Array, levels: readonly WireLevel[]): number {
  return count(parse(bytes), levels)
}

/**
 * The request with the items from `start` up to `end` alone.
 * @throws Error where the bytes aren't JSON
 */
export function sliceJson(bytes: Uint8Array, levels: readonly WireLevel[], start: number, end: number): Uint8Array {
  return Buffer.from(JSON.stringify(slice(parse(bytes), levels, start, end)))
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
}

function count(value: unknown, levels: readonly WireLevel[]): number {
  const [level, ...below] = levels
  if (level === undefined) return 1
  let items = 0
  for (const name of level.names) {
    for (const child of childrenOf(value, name)) items += count(child, below)
  }
  return items
}

function slice(value: unknown, levels: readonly WireLevel[], start: number, end: number): unknown {
  const [level, ...below] = levels
  if (level === undefined || !isObject(value)) return value
  let seen = 0
  const kept = (child: unknown): unknown[] => {
    const items = count(child, below)
    const first = Math.max(start - seen, 0)
    const last = Math.min(end - seen, items)
    seen += items
    return first < last ? [slice(child, below, first, last)] : []
  }
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    if (!level.names.includes(name)) return [[name, member]]
    // `sum` and its like are one object each, all other levels are arrays.
    if (Array.isArray(member)) return [[name, member.flatMap(kept)]]
    return kept(member).map((part) => [name, part])
  })
  return Object.fromEntries(members)
}

function childrenOf(value: unknown, name: string): readonly unknown[] {
  if (!isObject(value)) return []
  const member = value[name]
  if (member === undefined) return []
  return Array.isArray(member) ? member : [member]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
