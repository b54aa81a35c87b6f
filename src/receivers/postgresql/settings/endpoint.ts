/** A configured endpoint in its parts. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** The parts of `host:port` (an IPv6 address in brackets); `undefined` if it isn't in that form. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text)
  if (match === null) return undefined
  const port = Number(match[3])
  const host = match[1] ?? match[2] ?? ''
  return host === '' || port < 1 || port > 65_535 ? undefined : { host, port }
}
