// Command mtandao runs an internet provider: captive portal, RADIUS, billing.
package main

import (
	"os"

	"mtandao/internal/app"
)

func main() { os.Exit(app.Execute(os.Args[1:], os.Stdout, os.Stderr)) }
