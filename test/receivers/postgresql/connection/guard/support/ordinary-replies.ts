import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { sessionSettings } from '../../../../../../src/receivers/postgresql/connection/session-settings.ts'
import { defaultLimits } from '../../../../../../src/receivers/postgresql/settings/connection-settings.ts'
import {
  answer,
  authentication,
  authenticationOk,
  commandComplete,
  readyForQuery,
  settled,
  texts,
} from './server-messages.ts'

/** What a client has sent: a message's type and body. A start-up packet has the type ''. */
export interface ClientMessage {
  readonly type: string
  readonly body: Buffer
}

export type Method = 'trust' | 'cleartext' | 'md5' | 'scram'

const letIn = [authenticationOk, ...settled]
const password = 'pass'
const salt = Buffer.from('some salt')
/** As few as the library takes: this is no test of strength. */
const iterations = 1

export type Rows = readonly (readonly (string | null)[])[]

/** What a statement is answered with; `undefined` for something or other. */
export type KnownAnswers = (text: string, values: readonly (string | null)[]) => Rows | undefined

/**
 * What an honest server would say to each message of one client that asks what the receiver asks.
 * @param isPooler whether it takes no settings, so that each statement comes in a transaction of its own
 */
export function ordinaryReplies(
  method: Method,
  isPooler: boolean,
  known: KnownAnswers = () => undefined,
): (message: ClientMessage) => Buffer[] {
  /** By the names under which they were parsed. */
  const parsed = new Map<string, string>()
  let parses = false
  let text = ''
  let values: (string | null)[] = []
  let first = ''
  let challenge = ''
  const proveAndLetIn = (final: string) => [authentication(12, Buffer.from(proof(first, challenge, final))), ...letIn]
  return ({ type, body }) => {
    switch (type) {
      case '':
        return method === 'trust' ? letIn : [requests[method]]
      case 'p':
        if (method !== 'scram') return letIn
        if (first !== '') return proveAndLetIn(body.toString())
        first = body.toString('utf8', body.indexOf(0) + 5).replace(/^[ny],,/, '')
        challenge = `${first.replace(/^.*r=/, 'r=')}more,s=${salt.toString('base64')},i=${iterations}`
        return [authentication(11, Buffer.from(challenge))]
      case 'P':
        text = textAt(body, body.indexOf(0) + 1)
        parsed.set(textAt(body, 0), text)
        parses = true
        return []
      case 'B':
        text = parsed.get(textAt(body, body.indexOf(0) + 1)) ?? ''
        values = valuesOf(body)
        return []
      case 'S': {
        const [parseComplete, ...rest] = answer(settingsOf(text, isPooler) ?? known(text, values) ?? somethingOf(text))
        const begins = parses && parseComplete !== undefined ? [parseComplete] : []
        parses = false
        return [...begins, ...rest]
      }
      case 'Q':
        return [
          ...body
            .toString()
            .split(';')
            .map(() => commandComplete('SET')),
          readyForQuery,
        ]
      default:
        return []
    }
  }
}

const requests: Readonly<Record<Exclude<Method, 'trust'>, Buffer>> = {
  cleartext: authentication(3),
  md5: authentication(5, Buffer.from('salt')),
  scram: authentication(10, texts('SCRAM-SHA-256', '')),
}

/** That the server knows the password too (RFC 5802, section 3). */
function proof(first: string, challenge: string, final: string): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const hmac = (key: Buffer, data: string) => createHmac('sha256', key).update(data).digest()
  const message = [first, challenge, final.replace(/,p=.*$/, '')].join(',')
  return `v=${hmac(hmac(salted, 'Server Key'), message).toString('base64')}`
}

/** The names of settings that a statement reads. */
const settingsRead = /current_setting\('(\w+)'\)/g

/** The text that begins there. */
function textAt(body: Buffer, offset: number): string {
  return body.toString('utf8', offset, body.indexOf(0, offset))
}

/** The values of a Bind, after the names of portal and statement and the formats. */
function valuesOf(body: Buffer): (string | null)[] {
  let offset = body.indexOf(0, body.indexOf(0) + 1) + 1
  offset += 2 + 2 * body.readInt16BE(offset)
  const count = body.readInt16BE(offset)
  offset += 2
  return Array.from({ length: count }, () => {
    const bytes = body.readInt32BE(offset)
    offset += 4
    if (bytes === -1) return null
    offset += bytes
    return body.toString('utf8', offset - bytes, offset)
  })
}

function settingsOf(text: string, isPooler: boolean): Rows | undefined {
  if (!text.includes('server_version_num')) return undefined
  const settings: Readonly<Record<string, string>> = { ...sessionSettings(defaultLimits), server_version_num: '180004' }
  const names = [...text.matchAll(settingsRead)].map(([, name = '']) => name)
  const shown = names.map((name) => (isPooler && name !== 'server_version_num' ? 'other' : (settings[name] ?? '')))
  return [['PostgreSQL 18.4 on nothing', ...shown]]
}

/** Names the statement. */
function somethingOf(text: string): Rows {
  return [
    [text.slice(0, 40), '12', null],
    [createHash('md5').update(text).digest('hex'), '7', ''],
  ]
}
