import type { Socket } from 'node:net'
import { FrameReader, ProtocolViolation } from './frames.js'
import { MAX_MESSAGE_BYTES } from './limits.js'
import { isMoreToCome, parseOpMsg, type Message } from './op-msg.js'
import { parseOpQuery } from './op-query.js'
import type { ScramConversation } from './scram.js'
import { opcodes, opMsg, opReply, type Reply } from './reply.js'

/** A command as it came in; `database` only where the message names it outside of the body (OP_QUERY). */
export interface Request extends Message { readonly database?: string }

/** What a connection asks of whoever runs the commands. Neither function throws or rejects. */
export interface Responder {
  respond (request: Request, connection: Connection): Reply | Promise<Reply>
  respondToError (error: unknown): Reply
  /** The members that every reply ends with, encoded. */
  readonly ending: Buffer
}

/** Told why the server dropped a connection: a ProtocolViolation, or a fault of its own. */
export type OnFailure = (error: Error) => void

/** What has come in and gone out, in the terms of `serverStatus`. */
export interface Traffic {
  readonly bytesIn: number
  readonly bytesOut: number
  readonly numRequests: number
}

/** Above this many bytes of replies that the client has not taken, its next command waits. */
const MAX_UNSENT_BYTES = 1024 * 1024

/**
 * One client. Its commands are answered strictly in the order in which they came, the next begins when the one before
 * is answered, and nothing is read ahead of that: a client that sends without reading stops itself.
 */
export class Connection {
  readonly id: number
  /** The longest message that is taken; short until the client has proved who it is, if it has to. */
  longestMessage = MAX_MESSAGE_BYTES
  /** Who has signed in, and the exchange in which someone is about to. */
  user: string | undefined
  conversation: ScramConversation | undefined
  /** What the client calls itself in its handshake. */
  appName: string | undefined
  readonly #socket: Socket
  readonly #responder: Responder
  readonly #onFailure: OnFailure
  readonly #frames = new FrameReader()
  readonly #gone = new AbortController()
  #requests = 0
  #answering = false
  #closing = false
  #incompleteSince: number | undefined

  constructor (id: number, socket: Socket, responder: Responder, onFailure: OnFailure) {
    this.id = id
    this.#socket = socket
    this.#responder = responder
    this.#onFailure = onFailure
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('drain', () => this.#proceed())
    // A reset tells nothing that 'close', which follows, does not.
    socket.on('error', () => {})
    socket.on('close', () => this.#gone.abort())
  }

  /** Whether the client has gone: what it asked for need not be finished. */
  get closed (): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded
  }

  /** Aborts when the connection is closed, for whoever waits on behalf of the client. */
  get gone (): AbortSignal {
    return this.#gone.signal
  }

  /** Where the client is, as `whatsmyuri` says it. */
  get remote (): string {
    const { remoteAddress, remotePort } = this.#socket
    return remoteAddress === undefined ? 'anonymous unix socket' : `${remoteAddress}:${remotePort}`
  }

  /** What has been exchanged with the client so far, also after the end. */
  get traffic (): Traffic {
    return { bytesIn: this.#socket.bytesRead, bytesOut: this.#socket.bytesWritten, numRequests: this.#requests }
  }

  /** Milliseconds for which a message has been under way without the server being the reason. */
  incompleteFor (now: number): number {
    return this.#incompleteSince === undefined ? 0 : now - this.#incompleteSince
  }

  /** Lets a command that is running answer, then closes as soon as the client has taken all replies. */
  close (): void {
    this.#closing = true
    if (!this.#answering) this.#socket.destroySoon()
  }

  destroy (): void {
    this.#socket.destroy()
  }

  #receive (chunk: Buffer): void {
    this.#frames.push(chunk)
    this.#proceed()
  }

  /** Answers what can be answered now; called whenever that may have become more. */
  #proceed (): void {
    if (this.#socket.destroyed) return
    try {
      while (this.#mayAnswer()) {
        const frame = this.#frames.next(this.longestMessage)
        if (frame === undefined) break
        this.#cork()
        this.#answer(frame)
      }
    } catch (error) {
      this.#fail(error as Error)
    }
    if (this.#socket.writableCorked > 0) this.#socket.uncork()
    this.#adjustReading()
  }

  /** What is answered in one turn is sent at once; corking for one reply costs more than it saves. */
  #cork (): void {
    if (this.#frames.pending > 0 && this.#socket.writableCorked === 0) this.#socket.cork()
  }

  #mayAnswer (): boolean {
    return !this.#answering && !this.#closing && this.#socket.writableLength < MAX_UNSENT_BYTES
  }

  #adjustReading (): void {
    const waits = this.#frames.pending > 0
    const reads = this.#mayAnswer()
    if (waits && !reads) this.#socket.pause()
    else if (this.#socket.isPaused()) this.#socket.resume()
    if (waits && reads) this.#incompleteSince ??= performance.now()
    else this.#incompleteSince = undefined
  }

  #answer (frame: Buffer): void {
    this.#incompleteSince = undefined
    this.#requests++
    const { parse, encode } = this.#formOf(frame)
    const reply = this.#respond(frame, parse)
    if (reply instanceof Promise) this.#answerLater(frame, reply, encode)
    else this.#write(encode(reply, frame.readInt32LE(4), this.#responder.ending))
  }

  #formOf (frame: Buffer): Form {
    const opcode = frame.readInt32LE(12)
    if (opcode === opcodes.message) return isMoreToCome(frame) ? silentForm : messageForm
    if (opcode === opcodes.query) return queryForm
    throw new ProtocolViolation(`opcode ${opcode} is not supported`)
  }

  #respond (frame: Buffer, parse: Form['parse']): Reply | Promise<Reply> {
    let request: Request
    try {
      request = parse(frame)
    } catch (error) {
      return this.#responder.respondToError(error)
    }
    return this.#responder.respond(request, this)
  }

  #answerLater (frame: Buffer, reply: Promise<Reply>, encode: Form['encode']): void {
    this.#answering = true
    reply.then((late) => {
      this.#answering = false
      this.#write(encode(late, frame.readInt32LE(4), this.#responder.ending))
      if (this.#closing) this.#socket.destroySoon()
      else this.#proceed()
    }).catch((error: Error) => this.#fail(error))
  }

  #write (message: Buffer | undefined): void {
    if (message !== undefined && this.#socket.writable) this.#socket.write(message)
  }

  /** Whatever goes wrong here concerns this connection alone. */
  #fail (error: Error): void {
    this.#socket.destroy()
    this.#onFailure(error)
  }
}

/** How a request is read and its reply written, by the kind of message. */
interface Form {
  readonly parse: (frame: Buffer) => Request
  readonly encode: (reply: Reply, responseTo: number, ending: Buffer) => Buffer | undefined
}

const messageForm: Form = { parse: parseOpMsg, encode: opMsg }
const silentForm: Form = { parse: parseOpMsg, encode: () => undefined }
const queryForm: Form = { parse: parseOpQuery, encode: opReply }
