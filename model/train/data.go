package train

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"postern/detect"
	"postern/mailbox"
	"postern/signals"
)

// A Mail is one labelled message of a corpus.
type Mail struct {
	Path      string // CLASS/SOURCE/NAME, with slashes: names the message in tables and reports
	Class     detect.Class
	Kind      string // how the corpus calls its sort: newsletter, receipt, ...
	Source    string // who collected it, with the class: ham/foff-milter
	Licence   string
	Lang      string    // as guessed by the corpus; empty where nobody knows
	Date      time.Time // when it arrived; zero where nobody knows
	Campaign  string    // messages of one campaign stand on one side of every split
	Synthetic bool      // its header and often its words were made up
	Received  Received

	file    string
	stream  string // the stream it belongs to; empty: none
	org     *signals.Org
	passage *Passage
	twin    bool   // it is a harmless twin of an attack
	swaps   []swap // what is written otherwise in it than in the file
}

// Received is what the receiving server noted of a message.
type Received struct {
	MailFrom, Client, Helo string
	SPF, DKIM, DMARC       string
	Signers                []string // domains of the DKIM signatures
}

// collector is who collected the message: its source without the class.
func (m *Mail) collector() string { return m.Source[strings.IndexByte(m.Source, '/')+1:] }

// Load reads the message, with the line ends of the wire.
func (m *Mail) Load() ([]byte, error) {
	raw, err := os.ReadFile(m.file)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	_, raw = mailbox.Unpack(raw)
	return raw, nil
}

// Corpus lists the mail of a folder, which lies as CLASS/SOURCE/*.eml in it or
// in its folder "dataset". Manifests, *.tsv files of the folder that have a
// column "path", tell more of it. The order is that of the paths.
func Corpus(dir string) ([]*Mail, error) {
	known, err := manifests(dir)
	if err != nil {
		return nil, err
	}
	root := dir
	if inner := filepath.Join(dir, "dataset"); isDir(inner) {
		root = inner
	}
	files, err := filepath.Glob(filepath.Join(root, "*", "*", "*.eml"))
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("train: no messages below %s; they lie as CLASS/SOURCE/NAME.eml", root)
	}
	orgs, err := readStreams(dir)
	if err != nil {
		return nil, err
	}
	list := make([]*Mail, 0, len(files))
	for _, file := range files {
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		m := &Mail{Path: filepath.ToSlash(rel), file: file}
		if err := errors.Join(m.describe(known[m.Path]), m.place(known[m.Path], orgs)); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// describe fills m from its row, which is nil where there is none.
func (m *Mail) describe(row row) error {
	folders := strings.Split(m.Path, "/")
	m.Source, m.Kind = folders[0]+"/"+folders[1], row["subclass"]
	class, ok := classOf(folders[0], m.Kind)
	if !ok {
		return fmt.Errorf("train: %s: %q is no class of mail; take one of ours, or %s", m.Path, folders[0], strings.Join(folderNames(), ", "))
	}
	m.Class, m.Licence, m.Synthetic = class, row["licence"], row["synthetic"] == "1"
	m.Lang, m.Campaign = strings.Trim(row["lang"], "?"), row["cluster"]
	m.Date, _ = time.Parse(time.RFC3339, row["date"])
	m.Received = Received{
		MailFrom: row["mailfrom"], Client: row["client_ip"], Helo: row["helo"],
		SPF: row["spf"], DKIM: row["dkim"], DMARC: row["dmarc"],
	}
	if row["dkim_d"] != "" {
		m.Received.Signers = strings.Split(row["dkim_d"], ",")
	}
	if m.Campaign == "" {
		m.Campaign = m.Path
	}
	return nil
}

// A row is one line of a manifest, by column.
type row map[string]string

// manifests reads what is told of the mail below dir, by path.
func manifests(dir string) (map[string]row, error) {
	known := map[string]row{}
	files, err := filepath.Glob(filepath.Join(dir, "*.tsv"))
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	slices.Sort(files)
	for _, file := range files {
		if err := manifest(file, known); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("train: %w", err)
		}
	}
	return known, nil
}

// maxRow bounds the bytes of one row of a manifest.
const maxRow = 1 << 20

// manifest adds the rows of one file. Fields are separated by tabs and not
// quoted; a file without a column "path" is none of ours.
func manifest(file string, known map[string]row) error {
	in, err := os.Open(file) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxRow)
	var columns []string
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if columns == nil {
			if columns = fields; !slices.Contains(columns, "path") {
				return nil
			}
			continue
		}
		r := row{}
		for i, v := range fields[:min(len(fields), len(columns))] {
			r[columns[i]] = v
		}
		known[r["path"]] = r
	}
	return lines.Err()
}
