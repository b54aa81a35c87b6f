import { dirname, resolve } from 'node:path'
import { nearest } from '../../yaml/nearest.ts'
import type { Part } from './reference.ts'

/** Where references are looked up. */
export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>
  readFile(path: string): Promise<string>
}

export type Resolved =
  | {
      readonly kind: 'ok'
      readonly text: string
      /** Something of the text comes from the environment or a file. */
      readonly hidden: boolean
      /** The file that the text is the content of, if it is all of it. */
      readonly file?: string
    }
  /** Messages name what was referred to, never what was found. */
  | { readonly kind: 'faults'; readonly messages: readonly string[] }

/**
 * The text that the parts stand for.
 * @param relativeTo the configuration file whose folder relative paths start at
 */
export async function resolveParts(parts: readonly Part[], sources: Sources, relativeTo: string): Promise<Resolved> {
  const messages: string[] = []
  const resolved: Extract<Resolved, { kind: 'ok' }>[] = []
  for (const part of parts) {
    const one: Resolved =
      part.kind === 'text'
        ? { kind: 'ok', text: part.text, hidden: false }
        : await resolveReference(part, sources, relativeTo)
    if (one.kind === 'ok') resolved.push(one)
    else messages.push(...one.messages)
  }
  if (messages.length > 0) return { kind: 'faults', messages }
  const [only] = resolved
  if (only !== undefined && resolved.length === 1) return only
  return { kind: 'ok', text: resolved.map((one) => one.text).join(''), hidden: resolved.some((one) => one.hidden) }
}

type Reference = Extract<Part, { kind: 'reference' }>

async function resolveReference(reference: Reference, sources: Sources, relativeTo: string): Promise<Resolved> {
  const body = await resolveParts(reference.body, sources, relativeTo)
  if (body.kind === 'faults') return body
  // A name that was made of other values is shown as it was written.
  const shown = render(reference.body)
  switch (reference.scheme) {
    case 'env':
      return resolveVariable(body.text, shown, reference, sources, relativeTo)
    case 'file':
      return resolveFile(body.text, shown, sources, relativeTo)
    default:
      return { kind: 'faults', messages: [unknownScheme(reference.scheme)] }
  }
}

async function resolveVariable(
  name: string,
  shown: string,
  reference: Reference,
  sources: Sources,
  relativeTo: string,
): Promise<Resolved> {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    const message = `what stands between \${ and } is not the name of an environment variable (write $\${ for the text itself)`
    return { kind: 'faults', messages: [message] }
  }
  const text = Object.hasOwn(sources.env, name) ? sources.env[name] : undefined
  if (text !== undefined) return { kind: 'ok', text, hidden: true }
  if (reference.fallback !== undefined) {
    return resolveParts(reference.fallback, sources, relativeTo)
  }
  const message = `the environment variable ${shown} is not set; set it, or write \${env:${shown}:-default}`
  return { kind: 'faults', messages: [message] }
}

async function resolveFile(path: string, shown: string, sources: Sources, relativeTo: string): Promise<Resolved> {
  const file = resolve(dirname(relativeTo), path)
  try {
    const text = await sources.readFile(file)
    // Editors and `echo` end a file with a newline that no password has.
    return { kind: 'ok', text: text.replace(/\r?\n$/, ''), hidden: true, file }
  } catch (error) {
    return { kind: 'faults', messages: [`can't read the file ${shown}: ${readFailure(error)}`] }
  }
}

/** Why a file could not be read, without its path. */
export function readFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
    case 'EPERM':
      return 'permission denied'
    case 'EISDIR':
      return 'it is a directory'
    default:
      return typeof code === 'string' ? code : 'reading failed'
  }
}

/** The scheme itself isn't repeated: what looks like a reference may be a piece of a password. */
function unknownScheme(scheme: string): string {
  const guess = nearest(scheme, ['env', 'file'])
  const hint = guess === undefined ? '' : `; did you mean \${${guess}:...}?`
  return `unknown kind of reference (known are \${env:NAME} and \${file:path}; write $\${ for the text itself)${hint}`
}

function render(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : `\${${part.scheme}:${render(part.body)}}`)).join('')
}
