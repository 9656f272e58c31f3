package smtpd

import (
	"context"
	"errors"

	"postern/filter"
	"postern/policy"
	"postern/relay"
)

// deliver carries out a verdict in SMTP's words.
func (s *session) deliver(d *delivery) filter.Deliver {
	return func(ctx context.Context, v policy.Verdict, out filter.Outgoing) filter.Fate {
		ref := " (ref " + d.env.ID + ")"
		switch v.Action {
		case policy.Accept, policy.Tag:
			return s.send(ctx, d, out)
		case policy.Quarantine: // the route holds it durably by now
			d.tx.Abort()
			d.replies = []string{"250 2.0.0 Accepted as " + d.env.ID}
			return filter.Held
		case policy.Defer:
			d.tx.Abort()
			d.replies = []string{"451 4.7.1 Message deferred, try again later" + ref}
			return filter.Delayed
		case policy.Reject:
			d.tx.Abort()
			d.replies = []string{"550 5.7.1 Message refused" + ref}
			return filter.Refused
		}
		return filter.Failed
	}
}

// send hands the message on and keeps the next hop's replies for the client.
func (s *session) send(ctx context.Context, d *delivery, out filter.Outgoing) filter.Fate {
	got, err := d.tx.Send(ctx, out)
	d.replies = nil
	for _, r := range got {
		d.replies = append(d.replies, relayed(r))
	}
	if err != nil {
		text := "next hop lost"
		if errors.Is(err, relay.ErrUncertain) {
			text = "next hop lost before its reply, the message may come twice"
		}
		s.w.warn(text, d.env.ID, err)
	}
	if err != nil || len(got) == 0 {
		d.replies = append(d.replies, hopLost)
	}
	worst := worstOf(d.replies)
	if !s.w.lmtp {
		d.replies = []string{worst}
	}
	switch worst[0] {
	case '2':
		return filter.Relayed
	case '5':
		return filter.Refused
	}
	return filter.Failed
}

// worstOf is the one reply for several recipients. If any of them did not get
// the message the sender must hear of it; and while there is hope for one,
// that it should try again.
func worstOf(replies []string) string {
	worst := replies[0]
	for _, r := range replies[1:] {
		if r[0] == '4' && worst[0] != '4' || r[0] == '5' && worst[0] == '2' {
			worst = r
		}
	}
	return worst
}
