/** A function or a relation, of the system or of an extension that is read, that the role may not use. */
export interface Denial {
  readonly kind: 'function' | 'table'
  /** Without schema and arguments, as statements write it. */
  readonly name: string
  /** As GRANT takes it: `pg_stat_get_wal()`. */
  readonly signature: string
  /** Whether it is denied to everybody from the start, as what reads the server's files. */
  readonly isUsual: boolean
}

/** What casts and the grammar call functions. */
const otherNames: Readonly<Record<string, string>> = {
  bool: 'boolean',
  date_part: 'extract',
  int4: 'int',
  int8: 'bigint',
}

/** What the role may not use, and whether a statement would. */
export class Denials {
  readonly all: readonly Denial[]
  readonly #patterns: readonly (readonly [denial: Denial, pattern: RegExp])[]
  #functions: Denials | undefined
  readonly #found = new Map<string, Denial | undefined>()

  constructor(all: readonly Denial[]) {
    this.all = all
    this.#patterns = all.map((denial) => [denial, patternOf(denial)])
  }

  static readonly none = new Denials([])

  /** The first thing that a statement, or a part of one, uses and may not. */
  findIn(sql: string): Denial | undefined {
    if (!this.#found.has(sql)) this.#found.set(sql, this.#patterns.find(([, pattern]) => pattern.test(sql))?.[0])
    return this.#found.get(sql)
  }

  /** The first function that a view calls and its reader may not: its relations are read in the name of its owner. */
  findInView(sql: string): Denial | undefined {
    this.#functions ??= new Denials(this.all.filter(({ kind }) => kind === 'function'))
    return this.#functions.findIn(sql)
  }
}

/** Functions are called or cast with; a relation of the same name stands without parenthesis. */
function patternOf({ kind, name }: Denial): RegExp {
  const names = [name, otherNames[name]].filter((each) => each !== undefined).join('|')
  return kind === 'function'
    ? new RegExp(`\\b(?:${names})\\s*\\(|::(?:${names})\\b`, 'i')
    : new RegExp(`\\b(?:${names})\\b(?!\\s*\\()`)
}
