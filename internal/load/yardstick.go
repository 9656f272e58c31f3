package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/emersion/go-smtp"
)

// A yardstick is the plainest proxy there can be: go-smtp's server in front of
// go-smtp's client, with nothing between. What it costs here tells how fast
// this machine is today, and so how to read the other figures.
type yardstick struct{ idle chan *smtp.Client }

// yard is one client's session.
type yard struct {
	*yardstick

	next, from string
	to         []string
}

func (y *yard) Reset()                                      { y.to = nil }
func (*yard) Logout() error                                 { return nil }
func (y *yard) Mail(from string, _ *smtp.MailOptions) error { y.from = from; return nil }
func (y *yard) Rcpt(to string, _ *smtp.RcptOptions) error   { y.to = append(y.to, to); return nil }

func (y *yard) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	var c *smtp.Client
	select {
	case c = <-y.idle:
	default:
		if c, err = smtp.Dial(y.next); err != nil {
			return err
		}
	}
	if err := c.SendMail(y.from, y.to, bytes.NewReader(raw)); err != nil {
		return err
	}
	y.idle <- c
	return nil
}

// serveYardstick runs one until it is stopped.
func serveYardstick(addr, next string) error {
	stick := &yardstick{idle: make(chan *smtp.Client, 100)}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &yard{yardstick: stick, next: next}, nil }))
	s.Addr, s.Domain = addr, "yardstick.test"
	return s.ListenAndServe()
}

// yardstick measures it, and the sink itself, with the mix at 8 connections.
func (b *bench) yardstick(ctx context.Context) error {
	sink, err := b.sink(ctx, "")
	if err != nil {
		return err
	}
	defer sink.stop()
	addr := free()
	stick, err := start(ctx, addr, os.Args[0], "-yardstick", sink.addr, addr)
	if err != nil {
		return err
	}
	defer stick.stop()
	fmt.Fprintln(b.out, "\n## yardsticks, with the mix at 8 connections")
	fmt.Fprintln(b.out, "\n| what | msg/s | CPU-s per 1,000 |\n|---|---|---|")
	for _, p := range []struct {
		name string
		*process
	}{{"smtp-sink, direct", sink}, {"go-smtp's server and client, no judging", stick}} {
		before := p.cpu()
		r, err := b.send(ctx, p.addr, "mix", 8, "")
		if err != nil {
			return err
		}
		fmt.Fprintf(b.out, "| %s | %.0f | %.2f |\n", p.name, r.rate, (p.cpu()-before).Seconds()*1000/float64(r.n))
	}
	return nil
}
