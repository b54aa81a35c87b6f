import { z } from 'zod'

/** A host and a port. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/** The parts of `host:port` (an IPv6 address in brackets); `undefined` if it isn't in that form. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text)
  if (match === null) return undefined
  const port = Number(match[3])
  const host = match[1] ?? match[2] ?? ''
  return host === '' || port < 1 || port > 65_535 ? undefined : { host, port }
}

/** A server's `endpoint` in a configuration file; the text is upstream's. */
export const hostPort = z.string().refine((text) => parseHostPort(text) !== undefined, {
  error: "'endpoint' must be in the form <host>:<port> no matter what 'transport' is configured",
})
