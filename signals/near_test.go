package signals_test

import (
	"fmt"
	"strings"
	"testing"

	"postern/content"
	"postern/parse"
	"postern/signals"
)

// bands is the near-duplicate hash of a text.
func bands(text string) []uint64 {
	return (&signals.Facts{Msg: &parse.Message{Text: parse.Text{Visible: text}}}).Bands()
}

// alike counts the bands that two texts share.
func alike(a, b []uint64) (n int) {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			n++
		}
	}
	return n
}

func TestBands(t *testing.T) {
	t.Parallel()
	letter := "Dear %s, we are writing to you about the order that you placed with us in the spring of last year. " +
		"The goods have left our warehouse this morning and will be with you by the end of the week, carriage paid. " +
		"Please let us know at once if anything is missing or broken, so that we can send you another one. Yours, %s"
	first := bands(fmt.Sprintf(letter, "Ann", "Kim"))
	if len(first) != 4 {
		t.Fatalf("%d bands", len(first))
	}
	for what, same := range map[string]string{
		"case and numbers": strings.ToUpper(fmt.Sprintf(letter, "Ann 17", "Kim 4/8")),
		"another name":     fmt.Sprintf(letter, "Bob", "Kim"),
		"both names":       fmt.Sprintf(letter, "Bob Ray", "Eve Low"),
	} {
		if alike(first, bands(same)) == 0 {
			t.Errorf("%s: no band is shared", what)
		}
	}
	other := "The meeting of the board has been put off until the second week of May, since two of its members will be away " +
		"on a journey to the north. The agenda stays as it is, and the papers will be sent round in good time before then."
	if alike(first, bands(other)) != 0 {
		t.Error("another letter shares a band")
	}
	if got := bands("Are you at your desk?"); len(got) != 1 || alike(got, bands("are you at your desk")) != 1 {
		t.Errorf("a short text: %d bands", len(got))
	}
	if bands("Ok, thanks!") != nil || bands("") != nil {
		t.Error("a very short text has bands")
	}
}

// TestBandsOfImages: mail that is one image is alike where the images look
// alike, whatever its few words.
func TestBandsOfImages(t *testing.T) {
	t.Parallel()
	of := func(text string, width, height int, hash uint64) []uint64 {
		f := signals.Facts{Msg: &parse.Message{Text: parse.Text{Visible: text}}}
		f.Msg.Attachments = []parse.Attachment{
			{Found: &content.Found{Kind: content.Image, Width: 16, Height: 16, Hash: 0x55}},
			{Found: &content.Found{Kind: content.Image, Width: width, Height: height, Hash: hash}},
		}
		return f.Bands()
	}
	first := of("", 600, 800, 0x0123456789abcdef)
	if len(first) != 4 || alike(first, of("Hello", 300, 400, 0x0123456789abcdec)) == 0 {
		t.Errorf("%d bands, none shared with a smaller copy", len(first))
	}
	if alike(first, of("", 600, 800, 0xfedcba9876543210)) != 0 {
		t.Error("another image shares a band")
	}
	if of("", 100, 800, 0x0123456789abcdef) != nil || of("", 600, 800, 0) != nil {
		t.Error("a small or an even image has bands")
	}
}

func BenchmarkBands(b *testing.B) {
	f := signals.Facts{Msg: &parse.Message{Text: parse.Text{Visible: strings.Repeat("some words that are not all alike in this text ", 200)}}}
	b.ReportAllocs()
	for b.Loop() {
		f.Bands()
	}
}
