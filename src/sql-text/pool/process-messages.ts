import type { ShownText, StatementText } from './statement-texts.ts'

/** What the collector asks its child process. */
export interface TextRequest {
  readonly kind: 'read' | 'redact'
  readonly texts: readonly ShownText[]
  /** The keys that are kept of comments. */
  readonly tagKeys: readonly string[]
  /** It stops after the text that made it larger than this. */
  readonly memoryBytes: number
}

/** What the child process says. */
export type TextReply =
  /** Once, when it can be asked. */
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'results'
      /** Of the first texts of the request, at least of one. */
      readonly results: readonly TextResult[]
      /** It has grown too large, or its parser broke: the rest needs another process. */
      readonly spent: boolean
    }

/** A statement's for `read`, a text for `redact`. */
export type TextResult = StatementText | string

/** Both ends are this program, so only the shape is checked. */
export function isTextReply(message: unknown): message is TextReply {
  return hasKind(message, ['ready', 'results'])
}

export function isTextRequest(message: unknown): message is TextRequest {
  return hasKind(message, ['read', 'redact'])
}

function hasKind(message: unknown, kinds: readonly string[]): boolean {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false
  return typeof message.kind === 'string' && kinds.includes(message.kind)
}
