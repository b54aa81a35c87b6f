/** The types of a server's messages, by the manual's names ("Message Formats"). */
export const messageType = {
  authentication: code('R'),
  backendKeyData: code('K'),
  bindComplete: code('2'),
  closeComplete: code('3'),
  commandComplete: code('C'),
  dataRow: code('D'),
  emptyQueryResponse: code('I'),
  errorResponse: code('E'),
  noData: code('n'),
  noticeResponse: code('N'),
  notificationResponse: code('A'),
  parameterStatus: code('S'),
  parseComplete: code('1'),
  portalSuspended: code('s'),
  readyForQuery: code('Z'),
  rowDescription: code('T'),
} as const

/** Types that a server may send, and that nothing here asks for. */
const neverAskedFor: Readonly<Record<string, string>> = {
  G: 'CopyInResponse',
  H: 'CopyOutResponse',
  W: 'CopyBothResponse',
  d: 'CopyData',
  c: 'CopyDone',
  V: 'FunctionCallResponse',
  t: 'ParameterDescription',
  v: 'NegotiateProtocolVersion',
}

const names: Readonly<Record<string, string>> = {
  ...neverAskedFor,
  ...Object.fromEntries(
    Object.entries(messageType).map(([name, type]) => [
      String.fromCharCode(type),
      `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    ]),
  ),
}

/** A type as the manual calls it, or its byte. */
export function nameOf(type: number): string {
  return names[String.fromCharCode(type)] ?? `a message of the unknown type 0x${type.toString(16).padStart(2, '0')}`
}

function code(letter: string): number {
  return letter.charCodeAt(0)
}
