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
  // An attempt has a deadline of its own, so undici's limits are off.
  return new EnvHttpProxyAgent({ connect, requestTls: connect, headersTimeout: 0, bodyTimeout: 0, allowH2: false })
}
