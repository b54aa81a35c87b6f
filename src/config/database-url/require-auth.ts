import { z } from 'zod'

/** How a server may ask for who we are, by libpq's names; `none` is that it doesn't ask. */
export const authenticationMethods = ['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'] as const

export type AuthenticationMethod = (typeof authenticationMethods)[number]

/** Those that the collector has. */
const supported: readonly AuthenticationMethod[] = ['password', 'md5', 'scram-sha-256', 'none']

type ReadRequireAuth =
  | { readonly kind: 'ok'; readonly methods: ReadonlySet<AuthenticationMethod> }
  | { readonly kind: 'fault'; readonly message: string }

/**
 * The methods that libpq's `require_auth` allows: a list of them, or a list of those that it doesn't allow, each with a `!`;
 * an empty text allows all.
 */
function readRequireAuth(text: string): ReadRequireAuth {
  const items = text === '' ? [] : text.split(',')
  const negated = items.filter((item) => item.startsWith('!'))
  if (negated.length > 0 && negated.length < items.length) return fault('mixes methods with and without a "!"')
  const named = new Set<AuthenticationMethod>()
  for (const item of items) {
    const method = authenticationMethods.find((one) => one === item.replace(/^!/, ''))
    if (method === undefined) return fault(`has an unknown method; they are ${authenticationMethods.join(', ')}`)
    if (named.has(method)) return fault(`names ${method} twice`)
    named.add(method)
  }
  const isListed = items.length > 0 && negated.length === 0
  const methods = new Set(authenticationMethods.filter((method) => named.has(method) === isListed))
  if (supported.some((method) => methods.has(method))) return { kind: 'ok', methods }
  return fault(`allows no method that the collector has: ${supported.join(', ')}`)
}

function fault(message: string): ReadRequireAuth {
  return { kind: 'fault', message }
}

/** Such a text in a configuration file; the methods that it allows after parsing. */
export const requireAuth = z.string().transform((text, context) => {
  const read = readRequireAuth(text)
  if (read.kind === 'ok') return read.methods
  context.addIssue({ code: 'custom', message: read.message })
  return z.NEVER
})
