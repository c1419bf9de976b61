// JavaScript, because a worker thread starts without the loader that runs TypeScript during development.
import { compareSync, hashSync } from 'bcryptjs'

/** @param {{ key: string, cost: number }} task */
export function hash ({ key, cost }) {
  return hashSync(key, cost)
}

/** @param {{ key: string, hash: string }} task */
export function verify ({ key, hash }) {
  return compareSync(key, hash)
}
