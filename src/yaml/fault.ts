/** A place in a file; line and column count from 1, and are 0 where there are none (an environment variable). */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

export type Path = readonly (string | number)[]

/** One thing wrong in a file that a person wrote: where, what was expected, what stands there, how to mend it. */
export interface Fault {
  readonly position: Position
  /** The key's path; empty for faults of syntax. */
  readonly path: Path
  /** What is wrong, with what was expected and what was found, e.g. `expected one of tcp, unix, found "udp"`. */
  readonly message: string
}

/** `config.yaml:3:5: receivers::postgresql::endpoint: expected ...` */
export function renderFault({ position, path, message }: Fault): string {
  const key = path.length > 0 ? `${path.join('::')}: ` : ''
  return `${renderPosition(position)}: ${key}${message}`
}

/** `config.yaml:3:5` */
export function renderPosition({ file, line, column }: Position): string {
  return line > 0 ? `${file}:${line}:${column}` : file
}

/** In the order of the files, so that a person can walk through them. */
export function sortFaults(faults: readonly Fault[]): Fault[] {
  return [...faults].sort(
    (a, b) =>
      a.position.file.localeCompare(b.position.file) ||
      a.position.line - b.position.line ||
      a.position.column - b.position.column,
  )
}
