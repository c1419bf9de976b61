/** The error codes of MongoDB that the engine answers with (names and numbers as in its `error_codes.yml`). */
export const codes = {
  InternalError: 1,
  BadValue: 2,
  NoSuchKey: 4,
  GraphContainsCycle: 5,
  UnknownError: 8,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  ProtocolError: 17,
  AuthenticationFailed: 18,
  IllegalOperation: 20,
  InvalidBSON: 22,
  NamespaceNotFound: 26,
  LockTimeout: 24,
  IndexNotFound: 27,
  PathNotViable: 28,
  CannotBackfillArray: 34,
  CannotCreateIndex: 67,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  ImmutableField: 66,
  IndexAlreadyExists: 68,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  UnknownReplWriteConcern: 79,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  ShutdownInProgress: 91,
  OperationFailed: 96,
  UnsatisfiableWriteConcern: 100,
  NotExactValueField: 111,
  WriteConflict: 112,
  CommandNotSupported: 115,
  DocumentValidationFailure: 121,
  CommandFailed: 125,
  CappedPositionLost: 136,
  NoMatchingDocument: 47,
  CursorInUse: 143,
  ExceededMemoryLimit: 146,
  IncompatibleCollationVersion: 161,
  ViewDepthLimitExceeded: 165,
  CommandNotSupportedOnView: 166,
  OptionNotSupportedOnView: 167,
  InvalidPipelineOperator: 168,
  CannotIndexParallelArrays: 171,
  QueryPlanKilled: 175,
  AmbiguousIndexKeyPattern: 181,
  InvalidIndexSpecificationOption: 197,
  CannotBuildIndexKeys: 201,
  InvalidUUID: 207,
  ClusterTimeFailsRateLimiter: 209,
  TransactionTooOld: 225,
  QueryFeatureNotAllowed: 224,
  CursorKilled: 237,
  NotImplemented: 238,
  ConversionFailure: 241,
  NoSuchTransaction: 251,
  TransactionCommitted: 256,
  TransactionTooLarge: 257,
  InvalidResumeToken: 260,
  OperationNotSupportedInTransaction: 263,
  FailPointSetFailed: 266,
  IndexBuildAborted: 276,
  ClientDisconnect: 279,
  ChangeStreamFatalError: 280,
  ChangeStreamHistoryLost: 286,
  NoQueryExecutionPlans: 291,
  QueryExceededMemoryLimitNoDiskUseAllowed: 292,
  APIVersionError: 322,
  APIStrictError: 323,
  MaxSubPipelineDepthExceeded: 232,
  UnsupportedOpQueryCommand: 352,
  DataCorruptionDetected: 369,
  InterruptedAtShutdown: 11600,
  Interrupted: 11601,
  NotWritablePrimary: 10107,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  MergeStageNoMatchingDocument: 13113,
  OutOfDiskSpace: 14031,
  KeyTooLong: 17280
} as const

export type ErrorCode = keyof typeof codes

/** What an error may carry beside its code, as members of the reply or of the `writeErrors` entry. */
export type ErrorMembers = Readonly<Record<string, unknown>>

/**
 * An error that is answered to the client as `{ ok: 0, code, codeName, errmsg, ...members }`. MongoDB also has codes
 * without a name (`Location40415`); they are given as plain numbers.
 */
export class EngineError extends Error {
  readonly code: number
  readonly codeName: string
  readonly members: ErrorMembers
  readonly labels: string[] = []

  constructor (code: ErrorCode | number, message: string, members: ErrorMembers = {}) {
    super(message)
    this.name = 'EngineError'
    this.code = typeof code === 'number' ? code : codes[code]
    this.codeName = typeof code === 'number' ? `Location${code}` : code
    this.members = members
  }
}

/** For what MongoDB has and this engine has not: a subject with its verb, such as "granularity is". */
export function notImplemented (what: string): EngineError {
  return new EngineError('NotImplemented', `${what} not implemented by this engine`)
}

/** For an operation that takes longer than its `maxTimeMS`. */
export function outOfTime (): EngineError {
  return new EngineError('MaxTimeMSExpired', 'operation exceeded time limit')
}
