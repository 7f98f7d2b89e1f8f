// Package clock is the only place that reads the time.
//
// It owns what "now" means: UTC, cut to milliseconds, because that is what both databases keep and compare;
// and where days begin, Nairobi.
// It does not own time-outs of sockets and tickers, which stay real.
package clock
