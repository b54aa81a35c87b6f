/** The state of a component. Health is derived from it: `recoverable` and `permanent` say why they aren't `ok`. */
export type Status =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ok' }
  /** Not working now, tried again by itself: a server that is down, an endpoint that throttles. */
  | { readonly kind: 'recoverable'; readonly reason: string }
  /** Not working until somebody acts: a refused key, a missing grant. */
  | { readonly kind: 'permanent'; readonly reason: string }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped' }
