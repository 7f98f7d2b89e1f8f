// Package app wires the program: configuration, Main{Run, Close}, the subcommands, apply and export, the demo.
//
// It owns which part is given to which, the order of starting and stopping (listeners stop first, then the spools and
// jobs), and the refusal of unsafe settings. It does not own any rule. Tests of the front door boot the same Main as
// production.
//
// Without its database serve stands on the copy on disk (known, without) and on a database that is absent: only the edge runs,
// and what is taken in waits in the spools. When the database takes writes again, that program ends and the usual one starts.
//
// Two clocks: money, jobs and protocol time-outs are always on the machine's clock; grants and sessions are on the plan
// clock, which is the same one except in the demo, where it runs faster.
package app
