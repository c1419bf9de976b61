import type { Fault } from './fault.js'
import { bitRot, truncation } from './faults/damage.js'
import { diskErrors } from './faults/disk-errors.js'
import { diskFull } from './faults/disk-full.js'
import { frames } from './faults/frames.js'
import { powerLoss } from './faults/power-loss.js'
import { secondEngine } from './faults/second-engine.js'
import { hang, kill } from './faults/signals.js'
import { startKill } from './faults/start-kill.js'

export const faults: readonly Fault[] = [kill, powerLoss, diskFull, diskErrors, bitRot, truncation, startKill, secondEngine, hang, frames]
