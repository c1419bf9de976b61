import { writeFileSync } from 'node:fs'
import { deriveTable } from './derivation.js'

/**
 * Writes the table anew: `npx tsx engine/collation/generate.ts`. Another ICU may make another one, by which the keys of
 * indexes that are stored would no longer be right: they would have to be built again.
 */

const LINE_CHARACTERS = 1500

const { icu, contractions, reordered, levels, zeros } = deriveTable()
writeFileSync(new URL('root.ts', import.meta.url), `import type { Table } from './fold.js'

/** The root order of CLDR, which English has. Written by generate.ts. */
export const ROOT: Table = {
  icu: '${icu}',
  contractions: ${list(contractions, '  ')},
  reordered: ${list(reordered, '  ')},
  levels: [${levels.map((level) => list(level, '  ')).join(', ')}],
  zeros: ${quoted(zeros)}
}
`)

function list (pairs: ReadonlyArray<readonly [string, string]>, indent: string): string {
  const lines = ['']
  for (const [left, right] of pairs) {
    const pair = `[${quoted(left)}, ${quoted(right)}]`
    if (lines[lines.length - 1].length > LINE_CHARACTERS) lines.push('')
    lines[lines.length - 1] += `${lines[lines.length - 1] === '' ? '' : ', '}${pair}`
  }
  return `[\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}]`
}

/** In ASCII alone: the rest would include marks without letters and letters from right to left. */
function quoted (text: string): string {
  const points = [...text].map((point) => /[ -&(-[\]-~]/.test(point) ? point : escaped(point.codePointAt(0)!))
  return `'${points.join('')}'`
}

function escaped (code: number): string {
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}
