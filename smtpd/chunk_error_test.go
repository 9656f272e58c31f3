package smtpd

import "testing"

// A chunk outside of a transaction must not spoil the next one: a client that
// pipelines meets a next hop that is busy, and comes again on the same
// connection.
func TestRefusedChunkDoesNotSpoilTheNextTransaction(t *testing.T) {
	t.Parallel()
	srv, _ := start(t, Config{}, Deps{})
	c := dial(t, srv)
	c.hello()
	c.send("RCPT TO:<ann@example.com>\r\nBDAT 6 LAST\r\nhello\n")
	c.want("503")
	c.want("503")
	c.envelope()
	c.send("BDAT 7 LAST\r\nhello\r\n")
	c.want("250")
}
