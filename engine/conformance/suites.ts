import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** One run of mocha inside a checkout. */
export interface Suite {
  readonly name: string
  /** Mocha's configuration, in place of the checkout's. */
  readonly mocha: Readonly<Record<string, unknown>>
  /** What the suite reads from its environment, when the engine listens at `address`. */
  environment (address: string): Record<string, string>
}

/** The name that the engine gives its replica set (hello.ts). */
const SET = 'replicaSet=quire'

/** Mongoose's whole suite, then those of its files again that have more to test on a replica set. */
export function mongooseSuites (): Suite[] {
  const mocha = { exit: true, timeout: 10_000, require: ['test/mocha-fixtures.js'], ignore: ['test/encryption/**/*.test.js'] }
  const replicaSetFiles = ['test/connection.test.js', 'test/docs/*.test.js', 'test/model.test.js', 'test/model.watch.test.js']
  return [
    {
      name: 'mongoose',
      mocha: { ...mocha, spec: ['test/**/*.test.js'] },
      environment: (address) => ({ MONGOOSE_TEST_URI: `mongodb://${address}/?directConnection=true` })
    },
    {
      name: 'mongoose: replica set',
      mocha: { ...mocha, spec: replicaSetFiles },
      environment: (address) => ({
        START_REPLICA_SET: '1',
        MONGOOSE_TEST_URI: `mongodb://${address}/?${SET}`,
        MONGOOSE_REPLSET_URI: `mongodb://${address}/?${SET}`
      })
    }
  ]
}

const driverFolders = [
  'crud', 'sessions', 'transactions', 'transactions-convenient-api', 'retryable-writes', 'retryable-reads', 'change-streams',
  'collection-management', 'index-management', 'run-command', 'read-write-concern', 'causal-consistency',
  'command-logging-and-monitoring', 'gridfs', 'versioned-api', 'unified-test-format'
]

/** The driver's integration tests, by folder. */
export function driverSuites (checkout: string): Suite[] {
  const configuration = createRequire(join(checkout, 'package.json'))('./test/mocha_mongodb.js') as { require: string[] }
  // The root hook lists all installed packages, and fails where some are optional.
  const required = configuration.require.filter((path) => !path.includes('root_hooks'))
  return driverFolders.map((folder) => ({
    name: `driver: ${folder}`,
    mocha: { ...configuration, require: required, exit: true, spec: [`test/integration/${folder}`] },
    environment: (address) => ({ AUTH: 'noauth', MONGODB_URI: `mongodb://${address}/?${SET}` })
  }))
}

/** What a checkout is, for the headline of its table. */
export function versionOf (checkout: string): string {
  const { name, version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { name: string, version: string }
  return `${name} ${version}`
}
