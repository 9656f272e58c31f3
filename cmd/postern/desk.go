package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"postern/relay"
	"postern/store"
	"postern/web"
)

// newDesk makes the operator's desk over what the server has open, or what a
// command has.
func newDesk(m memory, hop relay.Hop, log *slog.Logger) *web.Desk {
	keeper, _ := m.history.(store.Keeper)
	return &web.Desk{
		Keeper:  keeper,
		History: m.history, Journal: m.journal, Holding: m.holding, Log: log,
		Send: func(ctx context.Context, h store.Held) ([]int, error) { return send(ctx, hop, &h) },
	}
}

// send hands a held message to the next hop with its original envelope. It
// answers which recipients still lack it.
func send(ctx context.Context, hop relay.Hop, h *store.Held) (missing []int, err error) {
	everybody := make([]int, len(h.Envelope.Rcpts))
	for i := range everybody {
		everybody[i] = i
	}
	mail := strings.TrimSpace("<" + h.Envelope.From.String() + "> " + h.Mail)
	tx, reply, err := hop.Begin(ctx, &h.Envelope, mail)
	if err != nil {
		return everybody, err
	}
	if !reply.OK() {
		return everybody, refused("MAIL", reply)
	}
	defer tx.Abort()
	taken, rest, err := offer(ctx, tx, h)
	if len(taken) == 0 {
		return everybody, err
	}
	replies, lost := tx.Send(ctx, [][]byte{h.Message})
	if len(replies) == 1 && lost == nil && replies[0].OK() {
		return rest, err
	}
	lack, lost := lacking(taken, replies, lost)
	missing = append(rest, lack...)
	slices.Sort(missing)
	return missing, errors.Join(err, lost)
}

// offer names the recipients. One whom the next hop knows no more does not keep
// the others from their message.
func offer(ctx context.Context, tx relay.Transaction, h *store.Held) (taken, rest []int, err error) {
	var errs []error
	for i, a := range h.Envelope.Rcpts {
		rcpt := "<" + a.String() + ">"
		if i < len(h.Rcpt) {
			rcpt = strings.TrimSpace(rcpt + " " + h.Rcpt[i])
		}
		switch reply, err := tx.Rcpt(ctx, rcpt); {
		case err != nil:
			return nil, nil, err
		case reply.OK():
			taken = append(taken, i)
		default:
			rest = append(rest, i)
			errs = append(errs, refused(rcpt, reply))
		}
	}
	return taken, rest, errors.Join(errs...)
}

// lacking reads the replies to the message: one for all, or, by LMTP, one for
// each recipient that was taken.
func lacking(taken []int, replies []relay.Reply, err error) (missing []int, all error) {
	if errors.Is(err, relay.ErrUncertain) {
		err = fmt.Errorf("it may have arrived, so look before you release it again: %w", err)
	}
	errs := []error{err}
	for i, rcpt := range taken {
		switch {
		case i < len(replies) && replies[i].OK(): // by LMTP; he has it
		case i < len(replies) && !replies[i].OK():
			errs = append(errs, refused("the message", replies[i]))
			missing = append(missing, rcpt)
		default:
			missing = append(missing, rcpt)
		}
	}
	return missing, errors.Join(errs...)
}

func refused(what string, r relay.Reply) error {
	return fmt.Errorf("the next hop refused %s: %d %s", what, r.Code, r.Text)
}

// discarded is a log that nobody reads.
var discarded = slog.New(slog.DiscardHandler)
