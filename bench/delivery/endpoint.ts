import { createServer } from 'node:http'
import process from 'node:process'
import { buffer } from 'node:stream/consumers'
import { decompress } from '../../src/exporters/otlp/wire/compression.ts'
import { countItems } from '../../src/exporters/otlp/wire/stored-body.ts'

/**
 * An endpoint that can be out of order: `/down` and `/up` say so, `/points` gives how many data points it has accepted,
 * as it finds them in the bodies. Prints its port, ends with its standard input.
 */
let up = true
let points = 0
const server = createServer(async (request, response) => {
  const body = await buffer(request)
  switch (request.url) {
    case '/up':
    case '/down':
      up = request.url === '/up'
      response.writeHead(204).end()
      return
    case '/points':
      response.writeHead(200).end(String(points))
      return
    default:
      if (up) points += countItems({ bytes: decompress(body, 'zstd'), encoding: 'protobuf', signal: 'metrics' })
      response.writeHead(up ? 200 : 503).end()
  }
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`)
})
process.stdin.resume().once('close', () => process.exit())
