package mikrotik

import (
	"context"
	"slices"
	"strings"

	"mtandao/radius/routers"
)

// repairName is the script that a repair lends the router.
const repairName = own + "repair"

// Repair runs the repairs of what was found on a router, each once, by one script that is taken away again. One that its account
// may not run (the account's own rights are among what may have drifted) does not keep the others from running; whoever asks
// reads the router again to see what is left.
func (d *Dialect) Repair(ctx context.Context, r routers.Router, found []Drift) error {
	var all strings.Builder
	done := map[string]bool{}
	for _, f := range found {
		if !done[f.Repair] {
			done[f.Repair] = true
			all.WriteString(":do {\n" + f.Repair + "\n} on-error={}\n")
		}
	}
	if all.Len() == 0 {
		return nil
	}
	return d.runScript(ctx, r, all.String())
}

// runScript runs commands for the terminal. It may end the connection that it came by.
func (d *Dialect) runScript(ctx context.Context, r routers.Router, commands string) error {
	if err := d.forgetScript(ctx, r); err != nil {
		return err
	}
	made, err := d.pool.tell(ctx, r, "/system/script/add", "=name="+repairName, "=policy=read,write,test", "=source="+commands)
	if err != nil {
		return err
	}
	_, err = d.pool.tell(ctx, r, "/system/script/run", "=.id="+made.Done.Map["ret"])
	if gone := d.forgetScript(ctx, r); err == nil {
		err = gone
	}
	return err
}

// forgetScript takes the script away, also one that a repair left behind which was cut off: secrets stand in it.
func (d *Dialect) forgetScript(ctx context.Context, r routers.Router) error {
	left, err := d.pool.ask(ctx, r, "/system/script/print", "=.proplist=.id", "?name="+repairName)
	if err != nil {
		return err
	}
	for _, row := range left.Re {
		if _, err := d.pool.tell(ctx, r, "/system/script/remove", "=.id="+row.Map[".id"]); err != nil {
			return err
		}
	}
	return nil
}

// GiveKey tells a router the key of the far end of its tunnel, which then changes under the connection: what comes back is no
// proof, a handshake with the new key is.
func (d *Dialect) GiveKey(ctx context.Context, r routers.Router, key routers.TunnelKey) error {
	peers, err := d.pool.ask(ctx, r, "/interface/wireguard/peers/print", "=.proplist=.id,public-key", "?comment="+mark+"tunnel")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(peers.Re, func(s *Sentence) bool { return s.Map["public-key"] != key.String() })
	if i < 0 {
		return nil
	}
	_, err = d.pool.tell(ctx, r, "/interface/wireguard/peers/set", "=.id="+peers.Re[i].Map[".id"], "=public-key="+key.String())
	return err
}

// UndoName is the file that takes a set-up off a router of that RouterOS version again.
func UndoName(version int) string { return "undo-" + number(version, 0) + ".rsc" }

// undoFile is where the pasted line keeps it for the moment of its run.
const undoFile = "mtandao-undo.rsc"

// UndoLine is what a person pastes to undo a set-up; link is where the file of that version is.
func UndoLine(link string, unchecked bool) string {
	return runLine(link, undoFile, unchecked, `:error "mtandao: what undoes the set-up was not fetched, and nothing was changed; see that the router has internet and the right time"`)
}
