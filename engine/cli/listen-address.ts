import { UsageError } from './program.js'

export interface ListenAddress { readonly host: string, readonly port: number }

const ADDRESS = /^(?<host>[^:[\]]+|\[[0-9a-f:.]+\]):(?<port>\d{1,5})$/i

/** Reads `host:port` or `[IPv6 address]:port`. @throws {UsageError} */
export function readListenAddress (text: string): ListenAddress {
  const { host, port } = ADDRESS.exec(text)?.groups ?? {}
  if (host === undefined || Number(port) > 0xffff) throw new UsageError(`--listen must be HOST:PORT, not '${text}'`)
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

/** Whether only this machine can connect to it. */
export function isLoopback (host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
