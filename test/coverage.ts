import { readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'

/** Least share of lines, in percent; the first folder that holds a file counts. */
const folders = { 'engine/wire/': 100, 'engine/storage/': 100, 'plugins/': 100, 'schemas/': 100, 'engine/': 95, 'src/': 95 }
/** What no product contains: it is run by hand, and its own result is its test. */
const tools = /\/test\/|^engine\/(conformance|faults)\//
const summary: Record<string, { lines: { total: number, covered: number } }> = JSON.parse(readFileSync('coverage/coverage-summary.json', 'utf8'))

const counts = new Map(Object.keys(folders).map((folder) => [folder, { total: 0, covered: 0, lacking: [] as string[] }]))
for (const file of Object.keys(folders).flatMap(sourceFiles)) {
  const count = counts.get(Object.keys(folders).find((folder) => file.startsWith(folder))!)!
  const { total, covered } = summary[resolve(file)]?.lines ?? unloaded(file)
  count.total += total
  count.covered += covered
  if (covered < total) count.lacking.push(`${file} ${covered}/${total}`)
}

for (const [folder, least] of Object.entries(folders)) {
  const { total, covered, lacking } = counts.get(folder)!
  const percent = total === 0 ? 100 : Math.floor(1000 * covered / total) / 10
  process.stdout.write(`${percent < least ? 'not ok' : 'ok'} ${folder} ${percent} % of lines covered, ${least} % wanted\n`)
  if (percent < least) process.stdout.write(`   ${lacking.join('\n   ')}\n`)
  if (percent < least) process.exitCode = 1
}

/** The files that belong to a folder and to no longer one in the table, without tests. */
function sourceFiles (folder: string): string[] {
  const owner = (file: string) => Object.keys(folders).find((name) => file.startsWith(name))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => folder + file.replaceAll('\\', '/'))
  return files.filter((file) => /(?<!\.d)\.[jt]s$/.test(file) && !tools.test(file) && owner(file) === folder)
}

/** A file that no test has loaded has no covered lines, unless nothing of it is left when the types are gone. */
function unloaded (file: string) {
  const compiled = readFileSync(`dist/${file.replace(/\.ts$/, '.js')}`, 'utf8').replace(/^(export \{\};|\/\/.*)$/gm, '').trim()
  return { total: compiled === '' ? 0 : compiled.split('\n').length, covered: 0 }
}
