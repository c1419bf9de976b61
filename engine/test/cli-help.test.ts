import t from 'tap'
import { backup } from '../cli/backup.js'
import { check } from '../cli/check.js'
import { copy } from '../cli/copy.js'
import { dump } from '../cli/dump.js'
import { load } from '../cli/load.js'
import { restore } from '../cli/restore.js'
import { salvage } from '../cli/salvage.js'
import { serve } from '../cli/serve.js'

const COLUMNS = 120

for (const [name, { help }] of Object.entries({ backup, check, copy, dump, load, restore, salvage, serve })) {
  t.test(`the help of ${name} begins with its usage and has no line that a terminal would break`, (t) => {
    t.ok(help.startsWith(`Usage: quire db ${name}`))
    t.strictSame(help.split('\n').filter(({ length }) => length > COLUMNS), [])
    t.end()
  })
}
