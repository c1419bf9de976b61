#!/usr/bin/env node
import { exitCodeFor } from '../exit-codes.js'
import { backup } from './backup.js'
import { check } from './check.js'
import { copy } from './copy.js'
import { dump } from './dump.js'
import { load } from './load.js'
import type { Program } from './program.js'
import { UsageError } from './program.js'
import { restore } from './restore.js'
import { salvage } from './salvage.js'
import { serve } from './serve.js'

/** What `quire db …` can do. */
const programs: Readonly<Record<string, Program>> = { backup, check, copy, dump, load, restore, salvage, serve }

process.umask(0o077)
await main(process.argv.slice(2)).catch(fail)

async function main ([area, name = '', ...args]: string[]): Promise<void> {
  if (area !== 'db' || !Object.hasOwn(programs, name)) {
    if (area === undefined || area === '--help' || (area === 'db' && ['', '--help'].includes(name))) print(overview())
    else throw new UsageError(`there is no command '${[area, name].join(' ').trim()}'`)
  } else if (args.includes('--help')) {
    print(programs[name].help)
  } else {
    await programs[name].run(args)
  }
}

function overview (): string {
  const lines = Object.entries(programs).map(([name, { summary }]) => `  quire db ${name}  ${summary}`)
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
