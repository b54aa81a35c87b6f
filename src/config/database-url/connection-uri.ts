import { nearest } from '../../yaml/nearest.ts'

/** The parameters of a connection URI, decoded; later ones have replaced earlier ones. */
export type ParsedUri =
  | { readonly kind: 'ok'; readonly parameters: ReadonlyMap<string, string> }
  /** A message that repeats nothing of the URI: a password that isn't encoded spills into any of its parts. */
  | { readonly kind: 'fault'; readonly message: string }

const shape = 'postgresql://user:password@host:5432/database?sslmode=require'
const signs = '/ : @ ? # & = % as %2F %3A %40 %3F %23 %26 %3D %25'
const encode = `in a password, write ${signs}`

/**
 * Takes a URI apart as libpq does (fe-connect.c, conninfo_uri_parse_options), but for lists of hosts: one receiver
 * watches one server.
 */
export function parseConnectionUri(uri: string): ParsedUri {
  const scheme = /^postgres(?:ql)?:\/\//.exec(uri)?.[0]
  if (scheme === undefined) return fault(`is not a PostgreSQL URI; write it as ${shape}`)
  // libpq would take a piece of such a password for the host, the database or a parameter, which messages name.
  if (/^[^@]*(?:\/[^@]*@|@.*@)/s.test(uri.slice(scheme.length))) {
    return fault(`has an @ behind the host, or a / before it; ${encode}`)
  }
  const match =
    /^(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<host>\[[^\]]*\]|[^:/?]*)(?::(?<port>[^/?]*))?(?:\/(?<dbname>[^?]*))?(?:\?(?<query>.*))?$/s.exec(
      uri.slice(scheme.length),
    )
  if (match?.groups === undefined) return fault(`can not be taken apart; write it as ${shape}; ${encode}`)
  const { query, ...named } = match.groups
  const pairs = Object.entries(named).filter(([, value]) => value !== undefined && value !== '')
  for (const item of query === undefined || query === '' ? [] : query.split('&')) {
    const [name = '', value, ...more] = item.split('=')
    if (value === undefined || more.length > 0)
      return fault(`has parameters that are not name=value pairs joined by &; ${encode}`)
    pairs.push([name, value])
  }
  const parameters = new Map<string, string>()
  for (const [name, value] of pairs) {
    const decodedName = percentDecode(name)
    const decoded = percentDecode(value)
    if (decodedName === undefined || decoded === undefined) {
      return fault(`holds a % that is not followed by two hexadecimal digits of UTF-8 text; ${encode}`)
    }
    parameters.set(decodedName, decoded)
  }
  return { kind: 'ok', parameters }
}

/** What to say of a parameter that libpq doesn't know: its name may be a piece of a password that isn't encoded. */
export function unknownParameter(name: string, known: readonly string[]): string {
  const guess = nearest(name, known)
  const what = 'has a parameter that libpq does not know'
  return guess === undefined ? `${what}; ${encode}` : `${what}; did you mean "${guess}"? In a password, write ${signs}`
}

function percentDecode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text)
    return decoded.includes('\0') ? undefined : decoded
  } catch {
    return undefined
  }
}

function fault(message: string): ParsedUri {
  return { kind: 'fault', message }
}
