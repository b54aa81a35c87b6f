import type { ExportError } from './export-error.ts'

/** The outcome of one HTTP attempt. Failing to deliver is ordinary, so it is a value, not an exception. */
export type SendOutcome =
  /** Partial success lands here too: OTLP forbids retrying it. */
  | ({ readonly kind: 'accepted'; readonly status: number } & Rejection)
  | {
      readonly kind: 'retryable'
      readonly error: ExportError
      readonly retryAfterMs?: number
      /** A 2xx that no OTLP endpoint sends: from a proxy or a captive portal. */
      readonly isWebPage?: true
    }
  | { readonly kind: 'too_large'; readonly error: ExportError }
  | { readonly kind: 'permanent'; readonly error: ExportError }

/** What an endpoint rejected of a request that it took otherwise. */
export interface Rejection {
  /** Data points or log records, at most as many as were sent. */
  readonly rejected: number
  readonly message?: string
  /** The endpoint's own number where it can't be: negative, no number, more than were sent. Nothing is rejected then. */
  readonly impossible?: string
}

/** The outcome of an attempt, also of one that sent nothing. */
export type AttemptOutcome =
  | SendOutcome
  /** The same request is taken once somebody has corrected the key. */
  | { readonly kind: 'key_refused'; readonly error: ExportError }
  /** The endpoint doesn't take requests that are compressed with zstd. */
  | { readonly kind: 'zstd_refused' }
  /** Larger than what the endpoint is known to take; not sent. */
  | { readonly kind: 'oversized'; readonly limitBytes: number }
  /** It would fail the same way each time; not sent. */
  | { readonly kind: 'unsendable'; readonly error: ExportError }
  /** The shutdown's deadline passed. */
  | { readonly kind: 'aborted' }

/** An outcome after which the same request isn't sent again. */
export type FinalOutcome = Exclude<
  AttemptOutcome,
  { readonly kind: 'retryable' | 'key_refused' | 'zstd_refused' | 'aborted' }
>
