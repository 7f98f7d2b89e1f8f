// Package testdb gives each test a migrated, empty database of its own, on SQLite and on a real MariaDB.
//
// It owns the MariaDB server of a test binary (one, on a socket in a temporary folder, gone with the process) and the
// fast copying of the migrated schema. A missing MariaDB fails the test; nothing is skipped.
//
// It also looks over the shoulder of each test: a statement of the program that walks a large table from end to end fails
// the test that asked it (WatchPlans), and so does a model that is not its table's (ModelsMatch).
package testdb
