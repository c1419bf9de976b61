/** A part of the driver that has no types of its own, for raw-insert.ts; package.json keeps to the version that has it. */
declare module 'mongodb/lib/cmap/commands.js' {
  /** Documents beside a command, in a section of their own of its message. */
  export class DocumentSequence {
    constructor (field: string)
    /** `document` is for the monitoring of commands. Returns the section's size. */
    push (document: object, bytes: Uint8Array): number
  }
}
