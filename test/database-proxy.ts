import { connect, createServer, type AddressInfo, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Test } from 'tap'

/** A TCP proxy in front of a database: what it does to connections stands for what networks and servers do. */
export class DatabaseProxy {
  readonly #upstream: NetConnectOpts
  readonly #options: string
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0
  #isStalled = false

  constructor (uri: string) {
    const [, host = '', options = ''] = /^mongodb:\/\/([^/]+)(.*)$/.exec(uri) ?? []
    const [name = '', port = '27017'] = decodeURIComponent(host).split(':')
    this.#upstream = name.startsWith('/') ? { path: name } : { host: name, port: Number(port) }
    this.#options = options
  }

  get uri (): string {
    return `mongodb://127.0.0.1:${this.#port}${this.#options}`
  }

  /** Accepts connections, at the same port every time. */
  async accept (): Promise<void> {
    const server = createServer((socket) => this.#relay(socket))
    this.#server = server
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
  }

  /** Cuts every connection, and refuses new ones. */
  async refuse (): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const closed = once(this.#server!, 'close')
    this.#server!.close()
    await closed
  }

  /** Keeps the connections, takes new ones, and lets nothing through: the half-open connections of a lost network. */
  stall (): void {
    this.#isStalled = true
    for (const socket of this.#sockets) socket.pause().unpipe()
  }

  #relay (client: Socket): void {
    const database = connect(this.#upstream)
    if (!this.#isStalled) client.pipe(database).pipe(client)
    for (const [socket, other] of [[client, database], [database, client]] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => {}) // it closes, and so does the other one
      socket.on('close', () => { this.#sockets.delete(socket); other.destroy() })
    }
  }
}

export async function startProxy (t: Test, uri: string): Promise<DatabaseProxy> {
  const proxy = new DatabaseProxy(uri)
  await proxy.accept()
  t.teardown(() => proxy.refuse())
  return proxy
}
