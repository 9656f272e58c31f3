package detect

import (
	"postern/parse"
	"postern/signals"
)

// dangerousAttachment finds files that run something when they are opened.
type dangerousAttachment struct{}

func (dangerousAttachment) Name() string { return "dangerous-attachment" }

func (dangerousAttachment) Doc() string {
	return "An attached file runs a program, a script or a macro when it is opened, or hides that it does."
}

func (d dangerousAttachment) Detect(f *signals.Facts, v signals.Vector) []Finding {
	var s suspicion
	name := func(is func(*parse.Attachment) bool) string {
		for i := range f.Msg.Attachments {
			if a := &f.Msg.Attachments[i]; is(a) {
				return quote(a.Name)
			}
		}
		return quote("")
	}
	if some(v, signals.PartExecutable) {
		s.because(0.75, signals.PartExecutable, "the attached file "+name(signals.Executable)+" is a program or script")
	}
	if some(v, signals.PartDoubleExtension) {
		s.because(0.7, signals.PartDoubleExtension, "the attached file "+name(signals.DoubleExtension)+" is named like a document, but is none")
	}
	if some(v, signals.PartBidiName) {
		s.because(0.7, signals.PartBidiName, "the name of an attached file turns the reading direction: "+name(signals.BidiName))
	}
	if some(v, signals.PartArchiveExecutable) {
		s.because(0.75, signals.PartArchiveExecutable, "the attached archive "+name(func(a *parse.Attachment) bool { return signals.Inside(a) != "" })+" holds a program or script")
	}
	if established(v) {
		return s.finding(d, Malware)
	}
	if some(v, signals.PartMacro) {
		s.because(0.5, signals.PartMacro, "the attached document "+name(signals.Macro)+" may carry macros")
	}
	if some(v, signals.PartEncrypted) && some(v, signals.BodyCredential) {
		s.because(0.4, signals.PartEncrypted, "an attached file asks for a password, and the text talks of one")
		s.unproven(v, 0.2)
	}
	if some(v, signals.PartHTMLActive) {
		s.because(0.6, signals.PartHTMLActive, "an attached web page runs scripts or asks for a password")
		return s.finding(d, pageClass(v))
	}
	return s.finding(d, Malware)
}

// pageClass tells a page that steals passwords from one that brings malware.
func pageClass(v signals.Vector) Class {
	if some(v, signals.PartExecutable) || some(v, signals.PartArchiveExecutable) {
		return Malware
	}
	return CredentialPhishing
}
