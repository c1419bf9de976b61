/** The replica set of one that the engine poses as, so that drivers offer transactions, retries and change streams. */
export const SET_NAME = 'quire'
export const SET_VERSION = 1
