import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection on which a test says what it likes. */
export async function openSocket (url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {}) // a server that cuts a connection is what some tests wait for
  await once(socket, 'connect')
  return socket
}

/** Everything that comes back until the server closes the connection. */
export async function textUntilClosed (socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

/** An answer, taken apart. */
export function parseAnswer (text: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => {
    const [name = '', ...value] = line.split(': ')
    return [name.toLowerCase(), value.join(': ')]
  }))
  return { status: Number(statusLine.split(' ')[1]), headers, body }
}
