/* global db */

// Loaded by everyday.mongosh.js.
db.loaded.insertMany([{ a: 1 }, { a: 2 }])
