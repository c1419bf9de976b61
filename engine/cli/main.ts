#!/usr/bin/env node
import { exitCodeFor } from '../exit-codes.js'
import { UsageError, type Program } from './program.js'

/** What `quire db …` can do. Each is loaded when it is asked for: most need neither the whole engine nor a driver. */
const programs: Readonly<Record<string, () => Promise<Program>>> = {
  backup: async () => (await import('./backup.js')).backup,
  check: async () => (await import('./check.js')).check,
  copy: async () => (await import('./copy.js')).copy,
  dump: async () => (await import('./dump.js')).dump,
  load: async () => (await import('./load.js')).load,
  restore: async () => (await import('./restore.js')).restore,
  salvage: async () => (await import('./salvage.js')).salvage,
  serve: async () => (await import('./serve.js')).serve
}

process.umask(0o077)
await main(process.argv.slice(2)).catch(fail)

async function main ([area, name = '', ...args]: string[]): Promise<void> {
  if (area !== 'db' || !Object.hasOwn(programs, name)) {
    if (area === undefined || area === '--help' || (area === 'db' && ['', '--help'].includes(name))) print(await overview())
    else throw new UsageError(`there is no command '${[area, name].join(' ').trim()}'`)
  } else {
    const program = await programs[name]()
    if (args.includes('--help')) print(program.help)
    else await program.run(args)
  }
}

async function overview (): Promise<string> {
  const lines = await Promise.all(Object.entries(programs).map(async ([name, load]) => `  quire db ${name}  ${(await load()).summary}`))
  return ['Commands (each explains itself with --help):', ...lines].join('\n')
}

function print (text: string): void {
  process.stdout.write(`${text}\n`)
}

/** What was asked for wrongly ends with 2, what went wrong with 1, unless it was the disk or damaged data. */
function fail (error: Error & { code?: unknown }): void {
  const isUsage = error instanceof UsageError || String(error.code).startsWith('ERR_PARSE_ARGS_')
  process.stderr.write(`quire: ${error.message}${isUsage ? '; try --help' : ''}\n`)
  process.exitCode = isUsage ? 2 : exitCodeFor(error)
}
