package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"mtandao/internal/words"
)

// telegram is the driver of a Telegram bot, for alerts. Its address holds the token and is never shown.
type telegram struct {
	carrier Carrier
	web     *web
}

var tokenShape = regexp.MustCompile(`^[0-9]{3,20}:[A-Za-z0-9_-]{10,100}$`)

// mostTelegram is the longest text a bot may send.
const mostTelegram = 4096

func (t *telegram) send(ctx context.Context, l letter) outcome {
	base := t.carrier.BaseURL
	if base == "" {
		base = "https://api.telegram.org"
	}
	body, err := json.Marshal(map[string]string{"chat_id": l.to, "text": words.Cut(l.content.Text, mostTelegram)})
	if err != nil {
		return outcome{verdict: refused, reason: "text"}
	}
	r, err := t.web.call(ctx, http.MethodPost, strings.TrimRight(base, "/")+"/bot"+t.carrier.Secret+"/sendMessage",
		http.Header{"Content-Type": {typeJSON}}, body)
	if o, failed := judge(r, err); failed {
		return o
	}
	var answer struct {
		OK     bool `json:"ok"`
		Result struct {
			MessageID int64 `json:"message_id"`
		} `json:"result"`
	}
	if json.Unmarshal(r.body, &answer) != nil {
		return outcome{verdict: doubtful, reason: "unreadable"}
	}
	if !answer.OK {
		return outcome{verdict: refused, reason: "not_accepted"}
	}
	return outcome{verdict: accepted, providerID: strconv.FormatInt(answer.Result.MessageID, 10)}
}
