// Package settings keeps what the provider decides, as opposed to configuration, which opens sockets, keys and the
// database. One validated table of keys: default, what is allowed, what it means. A new key works when absent.
//
// It owns table settings and its copy in memory. It does not own what a setting causes.
package settings
