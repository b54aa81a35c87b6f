/** A server's message as the manual lays it out ("Message Formats"): type, length, body. */
export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(4 + body.length), body])
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** Texts, each with the zero byte that ends it. */
export function texts(...values: readonly string[]): Buffer {
  return Buffer.from(values.map((value) => `${value}\0`).join(''))
}

export function authentication(code: number, ...parts: readonly Buffer[]): Buffer {
  return message('R', int32(code), ...parts)
}

export function errorResponse(code: string, text: string): Buffer {
  return message('E', texts(`SERROR`, 'VERROR', `C${code}`, `M${text}`), Buffer.alloc(1))
}

export function rowDescription(...names: readonly string[]): Buffer {
  const columns = names.map((name) =>
    Buffer.concat([texts(name), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]),
  )
  return message('T', int16(names.length), ...columns)
}

export function dataRow(...values: readonly (string | null)[]): Buffer {
  const columns = values.map((value) =>
    value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]),
  )
  return message('D', int16(values.length), ...columns)
}

export const authenticationOk = authentication(0)
export const parseComplete = message('1')
export const bindComplete = message('2')
export const noData = message('n')
export const readyForQuery = message('Z', Buffer.from('I'))

export function commandComplete(tag: string): Buffer {
  return message('C', texts(tag))
}

/** One whole answer in extended mode. */
export function answer(rows: readonly (readonly (string | null)[])[], columns = rows[0]?.length ?? 0): Buffer[] {
  return [
    parseComplete,
    bindComplete,
    rowDescription(...Array.from({ length: columns }, (_, index) => `column_${index}`)),
    ...rows.map((row) => dataRow(...row)),
    commandComplete(`SELECT ${rows.length}`),
    readyForQuery,
  ]
}

/** What a server says after it has let a client in. */
export const settled: readonly Buffer[] = [
  message('S', texts('server_version', '18.4')),
  message('S', texts('standard_conforming_strings', 'on')),
  message('K', int32(4_711), int32(-559_038_737)),
  readyForQuery,
]

/** Every message that a server may send, well-formed, by its name in the manual. */
export const examples: Readonly<Record<string, Buffer>> = {
  AuthenticationOk: authenticationOk,
  AuthenticationKerberosV5: authentication(2),
  AuthenticationCleartextPassword: authentication(3),
  AuthenticationCrypt: authentication(4, Buffer.from('ab')),
  AuthenticationMD5Password: authentication(5, Buffer.from('salt')),
  AuthenticationSCMCredential: authentication(6),
  AuthenticationGSS: authentication(7),
  AuthenticationGSSContinue: authentication(8, Buffer.from('token')),
  AuthenticationSSPI: authentication(9),
  AuthenticationSASL: authentication(10, texts('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', '')),
  AuthenticationSASLContinue: authentication(11, Buffer.from('r=nonce,s=c2FsdA==,i=4096')),
  AuthenticationSASLFinal: authentication(12, Buffer.from('v=c2lnbmF0dXJl')),
  BackendKeyData: message('K', int32(4_712), int32(81)),
  BindComplete: bindComplete,
  CloseComplete: message('3'),
  CommandComplete: commandComplete('SELECT 3'),
  CopyData: message('d', Buffer.from('a\tb\n')),
  CopyDone: message('c'),
  CopyInResponse: message('G', Buffer.alloc(1), int16(2), int16(0), int16(0)),
  CopyOutResponse: message('H', Buffer.alloc(1), int16(2), int16(0), int16(0)),
  CopyBothResponse: message('W', Buffer.alloc(1), int16(0)),
  DataRow: dataRow('12', 'text', null),
  EmptyQueryResponse: message('I'),
  ErrorResponse: errorResponse('XX000', 'something went wrong'),
  FunctionCallResponse: message('V', int32(2), Buffer.from('42')),
  NegotiateProtocolVersion: message('v', int32(0), int32(1), texts('_pq_.unknown')),
  NoData: noData,
  NoticeResponse: message('N', texts('SNOTICE', 'C00000', 'Mtake notice'), Buffer.alloc(1)),
  NotificationResponse: message('A', int32(4_713), texts('channel', 'payload')),
  ParameterDescription: message('t', int16(2), int32(23), int32(25)),
  ParameterStatus: message('S', texts('TimeZone', 'UTC')),
  ParseComplete: parseComplete,
  PortalSuspended: message('s'),
  ReadyForQuery: readyForQuery,
  RowDescription: rowDescription('a', 'b', 'c'),
}
