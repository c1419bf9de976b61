import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

/** Sends header lines exactly as they are, repetitions included; for the status of the answer. */
export async function rawRequest (url: string, headers: string[], method = 'GET'): Promise<number | undefined> {
  const sent = request(url, { method, headers: ['Host', 'localhost', 'Connection', 'close', 'Content-Length', '0', ...headers] })
  const answered = once(sent.end(), 'response')
  const [response] = await answered as [IncomingMessage]
  response.resume()
  return response.statusCode
}
