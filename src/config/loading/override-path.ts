import { closestWord } from '../../yaml/nearest.ts'

/** What stands between the dots of a `--set` path. */
export interface Piece {
  readonly text: string
  /** A key by itself, whatever is in it. */
  readonly quoted: boolean
}

/** The keys that are known below a path; none where any key will do. */
export type KnownKeys = (path: readonly string[]) => readonly string[]

export type ReadPath =
  | { readonly kind: 'ok'; readonly keys: readonly string[] }
  /** More than one reading names keys that are all known. */
  | { readonly kind: 'ambiguous'; readonly readings: readonly (readonly string[])[] }

/**
 * The keys that the pieces name. Keys have dots in them, so pieces are joined where that makes a known key; of several
 * the longest. What isn't known either way stays as near to a known key as it gets, so that the fault can say so.
 */
export function readPath(pieces: readonly Piece[], known: KnownKeys): ReadPath {
  const all = knownReadings(pieces, { keys: [], free: 0 }, known)
  const least = Math.min(...all.map(({ free }) => free))
  const readings = all.filter(({ free }) => free === least).map(({ keys }) => keys)
  if (readings.length > 1) return { kind: 'ambiguous', readings }
  return { kind: 'ok', keys: readings[0] ?? likeliestReading(pieces, known) }
}

interface Reading {
  readonly keys: readonly string[]
  /** So many of them stand where any key will do, perhaps below a value that has no keys. */
  readonly free: number
}

function knownReadings(pieces: readonly Piece[], { keys, free }: Reading, known: KnownKeys): Reading[] {
  if (pieces.length === 0) return [{ keys, free }]
  const step = known(keys).length === 0 ? 1 : 0
  return knownJoins(pieces, keys, known).flatMap(({ key, count }) =>
    knownReadings(pieces.slice(count), { keys: [...keys, key], free: free + step }, known),
  )
}

function likeliestReading(pieces: readonly Piece[], known: KnownKeys): readonly string[] {
  const path: string[] = []
  for (let at = 0; at < pieces.length; ) {
    const rest = pieces.slice(at)
    const { key, count } = knownJoins(rest, path, known)[0] ?? guessedJoin(rest, known(path))
    path.push(key)
    at += count
  }
  return path
}

interface Join {
  readonly key: string
  /** Of so many pieces. */
  readonly count: number
}

/** The longest first. */
function knownJoins(pieces: readonly Piece[], path: readonly string[], known: KnownKeys): Join[] {
  const keys = known(path)
  const all = joins(pieces)
  return keys.length === 0 ? all.slice(-1) : all.filter(({ key }) => keys.includes(key))
}

function guessedJoin(pieces: readonly Piece[], keys: readonly string[]): Join {
  const all = joins(pieces)
  const closest = closestWord(
    all.map(({ key }) => key),
    keys,
  )
  return all.find(({ key }) => key === closest) ?? { key: pieces[0]?.text ?? '', count: 1 }
}

/** What the first pieces can be joined to, the longest first; a quoted one stays alone. */
function joins(pieces: readonly Piece[]): Join[] {
  const quoted = pieces.findIndex((piece) => piece.quoted)
  const most = quoted === 0 ? 1 : quoted === -1 ? pieces.length : quoted
  return Array.from({ length: most }, (_, index) => ({
    key: pieces
      .slice(0, most - index)
      .map(({ text }) => text)
      .join('.'),
    count: most - index,
  }))
}
