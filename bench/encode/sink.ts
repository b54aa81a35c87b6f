import { createServer } from 'node:http'
import process from 'node:process'

/** An endpoint that reads a request and accepts it at once; prints its port, ends with its standard input. */
const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200).end())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`)
})
process.stdin.resume().once('close', () => process.exit())
