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
		for a := range f.Msg.Files() {
			if is(a) {
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
	d.armed(v, &s)
	if established(v) {
		return s.finding(d, Malware)
	}
	d.carriers(v, &s)
	if some(v, signals.PartMacro) && !some(v, signals.OfficeArmed) {
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

// armed looks for what acts by itself, whoever sent it.
func (dangerousAttachment) armed(v signals.Vector, s *suspicion) {
	if some(v, signals.OfficeArmed) {
		s.because(0.8, signals.OfficeArmed, "an attached document starts a program or fetches a file by itself")
	}
	if some(v, signals.OfficeUpdating) && (some(v, signals.OfficeEquation) || some(v, signals.OfficeObscured) || some(v, signals.OfficeTemplate)) {
		s.because(0.75, signals.OfficeUpdating, "an attached document loads a hidden object as soon as it is opened")
	}
	if some(v, signals.FileShortcutArmed) {
		s.because(0.8, signals.FileShortcutArmed, "an attached shortcut runs a command or leads to another machine")
	}
	if some(v, signals.FileNotebook) {
		s.because(0.75, signals.FileNotebook, "an attached notebook holds a program or script")
	}
	if some(v, signals.ArchiveSingle) {
		s.because(0.3, signals.ArchiveSingle, "all that an attached archive holds is a program or script")
	}
	if some(v, signals.ArchiveProgram) && !some(v, signals.PartArchiveExecutable) {
		s.because(0.6, signals.ArchiveProgram, "an attached archive holds a program under another name")
	}
}

// carriers looks for what brings malware often, and other things too.
func (dangerousAttachment) carriers(v signals.Vector, s *suspicion) {
	if some(v, signals.OfficeTemplate) && !some(v, signals.OfficeUpdating) {
		s.because(0.5, signals.OfficeTemplate, "an attached document loads a part of itself from elsewhere")
		s.unproven(v, 0.2)
	}
	if some(v, signals.OfficeProgram) {
		s.because(0.6, signals.OfficeProgram, "an attached document holds a program or script")
	}
	if some(v, signals.OfficeMacro) && some(v, signals.OfficeLures) {
		s.because(0.5, signals.OfficeLures, "an attached document asks to switch its macros on")
	}
	if some(v, signals.ArchiveOpened) {
		s.because(0.5, signals.ArchiveOpened, "an attached archive is encrypted, and the message gives the password")
		s.unproven(v, 0.2)
	}
	if some(v, signals.ArchiveDisk) && !some(v, signals.PartExecutable) {
		s.because(0.6, signals.ArchiveDisk, "a disk image is attached")
	}
	if some(v, signals.ArchiveTraversal) {
		s.because(0.6, signals.ArchiveTraversal, "an attached archive writes outside of its folder")
	}
	if some(v, signals.ArchiveAmbiguous) {
		s.because(0.3, signals.ArchiveAmbiguous, "an attached archive shows different files to different programs")
	}
	if some(v, signals.ArchiveMacro) {
		s.because(0.4, signals.ArchiveMacro, "an attached archive holds a document with macros")
	}
	if some(v, signals.FilePadded) {
		s.because(0.5, signals.FilePadded, "the name of an attached file is padded to hide its end")
	}
}

// pageClass tells a page that steals passwords from one that brings malware.
func pageClass(v signals.Vector) Class {
	if some(v, signals.PartExecutable) || some(v, signals.PartArchiveExecutable) {
		return Malware
	}
	return CredentialPhishing
}
