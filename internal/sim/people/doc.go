// Package people is simulated guests: they join the Wi-Fi, buy on the captive portal as a browser without JavaScript would,
// pay on their phones, use the internet and leave.
//
// It owns what a person does, by plain HTTP against pages that it reads like a stranger. It does not own routers or money:
// who lets a phone join and who answers its prompts is given to it.
package people
