import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDatabaseUrl } from '../../../src/config/database-url/database-url.ts'
import { renderFault } from '../../../src/yaml/fault.ts'

const env = { PGPASSWORD: 'from-env', PGUSER: 'env-user', PGSSLMODE: 'verify-full', PGHOST: 'env-host', PGPORT: '6001' }

for (const { url, variables = {}, expected } of [
  {
    url: 'postgresql://anna:s3cr%2Ft%20%C3%A4@db.example.com:6432/orders?sslmode=disable',
    expected: {
      endpoint: 'db.example.com:6432',
      transport: 'tcp',
      username: 'anna',
      password: 's3cr/t ä',
      connect_database: 'orders',
      tls: { insecure: true },
    },
  },
  { url: 'postgres://anna@db', expected: { endpoint: 'db:5432', transport: 'tcp', username: 'anna' } },
  {
    url: 'postgres://anna:p+w:x?y@db',
    expected: { endpoint: 'db:5432', transport: 'tcp', username: 'anna', password: 'p+w:x?y' },
  },
  {
    url: 'postgresql:///orders?user=anna',
    expected: { endpoint: 'localhost:5432', transport: 'tcp', username: 'anna', connect_database: 'orders' },
  },
  {
    url: 'postgresql://anna@[2001:db8::7]:6001/x',
    expected: { endpoint: '[2001:db8::7]:6001', transport: 'tcp', username: 'anna', connect_database: 'x' },
  },
  {
    url: 'postgresql://anna@/x?host=/var/run/postgresql&sslmode=require',
    expected: { endpoint: '/var/run/postgresql:5432', transport: 'unix', username: 'anna', connect_database: 'x' },
  },
  {
    url: 'postgresql://anna@%2Fvar%2Frun:6002/x',
    expected: { endpoint: '/var/run:6002', transport: 'unix', username: 'anna', connect_database: 'x' },
  },
  {
    url: 'postgresql://a:b@c:1/d?user=anna&password=pw&host=db&port=6003&dbname=x',
    expected: { endpoint: 'db:6003', transport: 'tcp', username: 'anna', password: 'pw', connect_database: 'x' },
  },
  {
    url: 'postgresql://anna@db?sslmode=allow',
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      tls: { insecure: false, insecure_skip_verify: true },
    },
  },
  {
    url: 'postgresql://anna@db?sslmode=prefer',
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      tls: { insecure: false, insecure_skip_verify: true },
    },
  },
  {
    url: 'postgresql://anna@127.0.0.1?sslmode=allow',
    expected: {
      endpoint: '127.0.0.1:5432',
      transport: 'tcp',
      username: 'anna',
    },
  },
  {
    url: 'postgresql://anna@127.0.0.1?sslmode=prefer',
    expected: {
      endpoint: '127.0.0.1:5432',
      transport: 'tcp',
      username: 'anna',
    },
  },
  {
    url: 'postgresql://anna@db?channel_binding=require&require_auth=scram-sha-256,!md5',
    variables: { PGCHANNELBINDING: 'disable', PGREQUIREAUTH: 'none' },
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      channel_binding: 'require',
      require_auth: 'scram-sha-256,!md5',
    },
  },
  {
    url: 'postgresql://anna@db',
    variables: { PGCHANNELBINDING: 'disable', PGREQUIREAUTH: '!none' },
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      channel_binding: 'disable',
      require_auth: '!none',
    },
  },
  {
    url: 'postgresql://anna@db?sslmode=require',
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      tls: { insecure: false, insecure_skip_verify: true },
    },
  },
  {
    url: 'postgresql://anna@db?ssl=true',
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      tls: { insecure: false, insecure_skip_verify: true },
    },
  },
  {
    url: 'postgresql://anna@db?sslmode=require&sslrootcert=/ca',
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      tls: { insecure: false, insecure_skip_verify: false, ca_file: '/ca' },
    },
  },
  {
    url: 'postgresql://anna@db?sslmode=verify-ca&sslrootcert=/ca',
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      tls: { insecure: false, insecure_skip_verify: false, ca_file: '/ca' },
    },
  },
  {
    url: 'postgresql://anna@db?sslmode=verify-full&sslcert=/crt&sslkey=/key',
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      tls: { insecure: false, insecure_skip_verify: false, cert_file: '/crt', key_file: '/key' },
    },
  },
  {
    url: 'postgresql://anna@db?sslrootcert=system',
    expected: {
      endpoint: 'db:5432',
      transport: 'tcp',
      username: 'anna',
      tls: { insecure: false, insecure_skip_verify: false },
    },
  },
  {
    url: 'postgresql://',
    variables: env,
    expected: {
      endpoint: 'env-host:6001',
      transport: 'tcp',
      username: 'env-user',
      password: 'from-env',
      tls: { insecure: false, insecure_skip_verify: false },
    },
  },
  {
    url: 'postgresql://anna:pw@db:1?sslmode=disable',
    variables: env,
    expected: { endpoint: 'db:1', transport: 'tcp', username: 'anna', password: 'pw', tls: { insecure: true } },
  },
]) {
  test(`${url}${Object.keys(variables).length > 0 ? ' with PG* variables' : ''} is ${expected.endpoint} as libpq reads it`, () => {
    expect(readDatabaseUrl(url, variables)).toEqual({ config: expected, faults: [], notes: [] })
  })
}

for (const { url, variables = {}, expected } of [
  {
    url: 'mysql://anna@db',
    expected:
      'DATABASE_URL: is not a PostgreSQL URI; write it as postgresql://user:password@host:5432/database?sslmode=require',
  },
  {
    url: 'postgresql://db',
    expected: 'DATABASE_URL: names no user; write postgresql://user:password@host:5432/database, or set PGUSER',
  },
  {
    url: 'postgresql://anna@a,b/x',
    expected:
      'DATABASE_URL: lists several hosts; one receiver watches one server: name that one, or configure a receiver each',
  },
  {
    url: 'postgresql://anna@a:1,b:2/x',
    expected:
      'DATABASE_URL: lists several hosts; one receiver watches one server: name that one, or configure a receiver each',
  },
  {
    url: 'postgresql://anna@/x?host=a,b',
    expected:
      'DATABASE_URL: lists several hosts; one receiver watches one server: name that one, or configure a receiver each',
  },
  {
    url: 'postgresql://anna:hun@ter2@db',
    expected:
      'DATABASE_URL: has an @ behind the host, or a / before it; in a password, write / : @ ? # & = % as %2F %3A %40 %3F %23 %26 %3D %25',
  },
  {
    url: 'postgresql://%40abstract?user=anna',
    expected: 'DATABASE_URL: has an @ in the host; in a password, write it as %40 (abstract sockets can not be used)',
  },
  {
    url: 'postgresql://anna@db:99999',
    expected: 'DATABASE_URL: has a port that is not a number from 1 to 65535; in a password, write : / as %3A %2F',
  },
  {
    url: 'postgresql://anna@db',
    variables: { PGPORT: 'x' },
    expected: 'PGPORT: has a port that is not a number from 1 to 65535; in a password, write : / as %3A %2F',
  },
  {
    url: 'postgresql://anna@db?sslmode=maybe',
    expected:
      'DATABASE_URL: has an unknown sslmode; it is one of disable, allow, prefer, require, verify-ca, verify-full',
  },
  {
    url: 'postgresql://anna@db',
    variables: { PGSSLMODE: 'x' },
    expected: 'PGSSLMODE: has an unknown sslmode; it is one of disable, allow, prefer, require, verify-ca, verify-full',
  },
  {
    url: 'postgresql://anna@db?channel_binding=always',
    expected: 'DATABASE_URL: has an unknown channel_binding; it is one of disable, prefer, require',
  },
  {
    url: 'postgresql://anna@db',
    variables: { PGCHANNELBINDING: 'x' },
    expected: 'PGCHANNELBINDING: has an unknown channel_binding; it is one of disable, prefer, require',
  },
  {
    url: 'postgresql://anna@db?sslmode=require&sslrootcert=system',
    expected: 'DATABASE_URL: sslrootcert=system asks for sslmode=verify-full',
  },
  {
    url: 'postgresql://anna@db?sslmod=require',
    expected:
      'DATABASE_URL: has a parameter that libpq does not know; did you mean "sslmode"? In a password, write / : @ ? # & = % as %2F %3A %40 %3F %23 %26 %3D %25',
  },
  {
    url: 'postgresql://anna@db?pgbouncerxyz=true',
    expected:
      'DATABASE_URL: has a parameter that libpq does not know; in a password, write / : @ ? # & = % as %2F %3A %40 %3F %23 %26 %3D %25',
  },
  {
    url: 'postgresql://anna@db?SECRET=1',
    expected:
      'DATABASE_URL: has a parameter that libpq does not know; in a password, write / : @ ? # & = % as %2F %3A %40 %3F %23 %26 %3D %25',
  },
  {
    url: 'postgresql://anna:p?w@db?hunter2=1',
    expected:
      'DATABASE_URL: has a parameter that libpq does not know; in a password, write / : @ ? # & = % as %2F %3A %40 %3F %23 %26 %3D %25',
  },
  {
    url: 'postgresql://anna@db?options=-c%20x',
    expected:
      "DATABASE_URL: the parameter options can not be used: the start-up options of the connections are the collector's own",
  },
  {
    url: 'postgresql://anna@db?target_session_attrs=read-write',
    expected:
      'DATABASE_URL: the parameter target_session_attrs can not be used: one receiver watches one server; name that server',
  },
  {
    url: 'postgresql://anna@db?sslmode',
    expected:
      'DATABASE_URL: has parameters that are not name=value pairs joined by &; in a password, write / : @ ? # & = % as %2F %3A %40 %3F %23 %26 %3D %25',
  },
  {
    url: 'postgresql://anna:50%off@db',
    expected:
      'DATABASE_URL: holds a % that is not followed by two hexadecimal digits of UTF-8 text; in a password, write / : @ ? # & = % as %2F %3A %40 %3F %23 %26 %3D %25',
  },
]) {
  test(`${url}: ${expected.slice(0, 70)}`, () => {
    expect(readDatabaseUrl(url, variables).faults.map(renderFault)).toEqual([expected])
  })
}

test('what has no effect is noted with its reason; a harmless value of what can not be used is not', () => {
  const { faults, notes } = readDatabaseUrl(
    'postgresql://anna@db?application_name=x&connect_timeout=3&target_session_attrs=any',
    {},
  )
  expect(faults).toEqual([])
  expect(notes).toEqual([
    'The parameter application_name is ignored: the collector sets what its connections need by itself.',
    'The parameter connect_timeout is ignored: the collector watches its connections by itself.',
  ])
})

test('any encoded user, password and database come back as they were', () => {
  const text = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((value) => !value.includes('\0') && value.isWellFormed())
  fc.assert(
    fc.property(text, text, text, (username, password, database) => {
      const [user, pass, name] = [username, password, database].map(encodeURIComponent)
      expect(readDatabaseUrl(`postgresql://${user}:${pass}@db/${name}`, {}).config).toMatchObject({
        username,
        password,
        connect_database: database,
      })
    }),
  )
})

test('a password is in no fault and no note, encoded or not, whatever else is wrong', () => {
  const rest = fc.constantFrom(
    'db:x',
    'a,b',
    'db?sslmode=x',
    'db?sslmod=x',
    'db?a',
    'db?options=x',
    'db/x?a=b=c',
    '@',
    '/',
    'db?zzzzzzzzzz=1',
    '%zz',
  )
  fc.assert(
    fc.property(fc.string({ minLength: 6 }), fc.boolean(), rest, (text, encoded, end) => {
      const password = `s3${text}`
      const { faults, notes } = readDatabaseUrl(
        `postgresql://anna:${encoded ? encodeURIComponent(password) : password}@${end}`,
        {},
      )
      const said = [...faults.map(renderFault), ...notes].join('\n')
      for (const piece of [
        password,
        encodeURIComponent(password),
        ...password.split(/[/?@&=:]/).filter((one) => one.length > 5),
      ]) {
        expect(said).not.toContain(piece)
      }
    }),
    { numRuns: 500 },
  )
})

const letter = fc.constantFrom(...'JQWXZ789')
const special = fc.constantFrom('?', '#', '/', '@', ':', '%', '&', '=', ',', '[', ']', '%41', '%40', '+', ' ')
const known = fc.constantFrom('sslmode', 'user', 'dbname', 'hostaddr', 'passfile', 'host', 'port', 'sslmod', 'options')
/** Letters and signs that no message has, with every sign that ends a part of a URL and names that libpq knows. */
const password = fc
  .array(fc.oneof({ weight: 6, arbitrary: letter }, { weight: 3, arbitrary: special }, known), { minLength: 4 })
  .map((parts) => parts.join(''))

/** Every four characters in a row of which two are no sign and of no known name. */
function pieces(text: string): string[] {
  const windows = [...Array(Math.max(0, text.length - 3)).keys()].map((start) => text.slice(start, start + 4))
  return windows.filter((piece) => (piece.match(/[JQWXZ789]/g) ?? []).length >= 2)
}

const places: readonly ((text: string) => string)[] = [
  (text) => `postgresql://anna:${text}@db:6432/x`,
  (text) => `postgresql://anna:${text}@db:6432/x?sslmode=require`,
  (text) => `postgresql://anna:${text}@db:6432/x?sslmod=1&SECRET=2`,
  (text) => `postgresql://anna:${text}@db`,
  (text) => `postgresql://:${text}@db:6432/x`,
  (text) => `postgresql://${text}@db:6432/x?user=anna`,
  (text) => `postgresql://anna:${text}`,
  (text) => `postgresql://anna@db:6432/x?password=${text}`,
  (text) => `postgresql://anna@db:6432/x?password=${text}&sslmode=require`,
  (text) => `postgresql:///x?host=db&user=anna&password=${text}`,
  (text) => `postgresql://anna@db:6432/x?passwort=${text}`,
  (text) => `anna:${text}@db:6432/x`,
]

test('no four characters of a password that is not encoded show in a message, wherever they land', () => {
  fc.assert(
    fc.property(password, fc.constantFrom(...places), fc.boolean(), (text, place, hasUser) => {
      const { faults, notes } = readDatabaseUrl(place(text), hasUser ? { PGUSER: 'anna' } : {})
      const said = [...faults.map(renderFault), ...notes].join('\n')
      expect(pieces(text).filter((piece) => said.includes(piece))).toEqual([])
    }),
    { numRuns: 5_000 },
  )
})

test('where a password that is not encoded is taken, none of it has become the host, the database or the user', () => {
  fc.assert(
    fc.property(password, fc.constantFrom(...places.slice(0, 5)), (text, place) => {
      const { config, faults } = readDatabaseUrl(place(text), { PGUSER: 'anna' })
      if (faults.length > 0) return
      const { password: _, ...shown } = config
      expect(pieces(text).filter((piece) => JSON.stringify(shown).includes(piece))).toEqual([])
    }),
    { numRuns: 5_000 },
  )
})
