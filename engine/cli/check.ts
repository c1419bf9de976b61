import { parseArgs } from 'node:util'
import { inspect } from './inspect.js'
import { hasManifest, readManifest, verify } from './manifest.js'
import { UsageError, type Program } from './program.js'

const help = `Usage: quire db check [DIRECTORY]

Reads all that a stopped engine has stored in DIRECTORY (data/engine), or a backup, and compares what is there twice:
documents with their checksums, with the entries of every index, and with the counters. Changes nothing.
Prints a line for each contradiction. Ends with 0 if there is none, else with 1.`

export const check: Program = {
  summary: 'Proves that stored data are whole, or says what is damaged',
  help,

  async run (args) {
    const { positionals: [directory = 'data/engine', ...others] } = parseArgs({ args, allowPositionals: true })
    if (others.length > 0) throw new UsageError('one directory at a time')
    if (hasManifest(directory)) await verify(directory, readManifest(directory))
    const findings = await inspect(directory)
    for (const { problem, where } of findings) process.stdout.write(`${problem}: ${where}\n`)
    if (findings.length > 0) throw new Error(`${directory} has ${findings.length} contradictions: restore it from a backup, or save what is right with \`quire db salvage\``)
    process.stdout.write(`${directory} is whole\n`)
  }
}
