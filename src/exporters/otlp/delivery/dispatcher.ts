import type { Dispatcher } from 'undici'
import { EnvHttpProxyAgent } from 'undici'

export interface TlsSettings {
  /** PEM; in place of the system's. */
  readonly ca?: string
  readonly rejectUnauthorized: boolean
}

/** Connections that are kept and reused, through the proxies of HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export function createDispatcher(tls: TlsSettings): Dispatcher {
  const connect = {
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  }
  // The deadline of an attempt covers all of it; undici's own limits would only differ.
  return new EnvHttpProxyAgent({ connect, requestTls: connect, headersTimeout: 0, bodyTimeout: 0, allowH2: false })
}
