import { cut } from '../../../../pdata/cut.ts'
import { type EndpointResponse, isWebPage } from './endpoint-response.ts'
import { readableFields } from './readable-fields.ts'

const maxLength = 1_024
/** A shorter value occurs in any text, and is no secret. */
const minSecretLength = 4

/**
 * The text of a response, for the log: the message of its `google.rpc.Status`
 * (https://opentelemetry.io/docs/specs/otlp/#failures-1), or the body as text; empty where there is none.
 * @param secrets are redacted: an endpoint may repeat what it was sent
 */
export function responseText(response: EndpointResponse, secrets: readonly string[]): string {
  return cleanText(textOf(response), secrets)
}

/** A text from outside, as one line of the log may have it. */
export function cleanText(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets.filter(({ length }) => length >= minSecretLength).sort((a, b) => b.length - a.length)
  const shown = longestFirst.reduce((shorter, secret) => shorter.replaceAll(secret, () => '[redacted]'), text)
  // Control characters move a terminal's cursor, and direction marks reverse a line.
  const line = shown.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
  return cut(line.toWellFormed(), maxLength)
}

/** The values of headers, any of which may be a secret, and each word of them. */
export function secretsOf(headers: Readonly<Record<string, string>>): readonly string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => (name === 'user-agent' ? [] : [value]))
  return values.flatMap((value) => [value, ...value.split(/\s+/)])
}

function textOf(response: EndpointResponse): string {
  const { body, contentType } = response
  if (body.length === 0) return ''
  if (isWebPage(response)) {
    const title = /<title[^>]*>([^<]*)/i.exec(body.toString())?.[1]?.trim()
    return title === undefined || title === '' ? 'a web page' : `a web page: ${title}`
  }
  const text = body.toString()
  if (contentType.endsWith('json') || text.trimStart().startsWith('{')) return messageInJson(text) ?? text
  // A status begins with the tag of its code or of its message; no text begins with these bytes.
  const isStatus = contentType.endsWith('protobuf') || body[0] === 0x08 || body[0] === 0x12
  return (isStatus ? messageInProtobuf(body) : undefined) ?? plain(body, text)
}

function plain(body: Buffer, text: string): string {
  return text.includes('\ufffd') || text.includes('\0') ? `${body.length} bytes that are no text` : text
}

/** Code 1, message 2: https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto */
function messageInProtobuf(body: Uint8Array): string | undefined {
  let code: bigint | undefined
  for (const { number, value } of readableFields(body)) {
    if (number === 1 && typeof value === 'bigint') code = value
    if (number === 2 && typeof value === 'object') return Buffer.from(value).toString()
  }
  return code === undefined ? undefined : `code ${code}`
}

function messageInJson(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    const inner = memberOf(parsed, 'message') ?? memberOf(parsed, 'error')
    const message = memberOf(inner, 'message') ?? inner
    return typeof message === 'string' && message !== '' ? message : undefined
  } catch {
    return /"message"\s*:\s*"((?:[^"\\]|\\.){0,2000})/.exec(text)?.[1]
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined
}
