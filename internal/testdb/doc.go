// Package testdb gives each test a migrated, empty database of its own, on SQLite and on a real MariaDB.
//
// It owns the MariaDB server of a test binary (one, on a socket in a temporary folder, gone with the process) and the
// fast copying of the migrated schema: the first test binary of the sources keeps what it installed and migrated in the user's cache for the others, and a
// database that a test gives back as it was made is emptied for the next. A missing MariaDB fails the test; nothing is skipped.
//
// A database may be worked on by a process that dies over it, which is the test binary itself (ChildrenDo, Send, DiesAt); one that lives on is struck at its writes by a Killer.
//
// It also looks over the shoulder of each test: a statement of the program that walks a large table from end to end fails
// the test that asked it (WatchPlans), and so does a model that is not its table's (ModelsMatch).
package testdb
