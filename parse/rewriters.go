package parse

import "strings"

// domainParam takes the host that the rewriter shows, where it keeps the rest
// to itself.
func domainParam(u *URL) string {
	if d := u.param("domain"); d != "" {
		return "http://" + d + "/"
	}
	return ""
}

// urlDefense undoes Proofpoint's three ways of writing a URL.
func urlDefense(u *URL) string {
	switch {
	case strings.HasPrefix(u.Path, "/v1/"):
		return u.param("u")
	case strings.HasPrefix(u.Path, "/v2/"):
		return percentDecode(version2.Replace(u.param("u")))
	case strings.HasPrefix(u.Path, "/v3/"):
		return urlDefense3(u.Tail())
	}
	return ""
}

var version2 = strings.NewReplacer("-", "%", "_", "/")

// urlDefense3 reads "/v3/__URL__;BYTES!...": each "*" in the URL stands for
// the next of BYTES, and "**" with a letter for as many as the letter tells.
func urlDefense3(tail string) string {
	_, rest, ok := strings.Cut(tail, "__")
	if !ok {
		return ""
	}
	url, rest, ok := strings.Cut(rest, "__;")
	if !ok {
		return ""
	}
	if strings.HasPrefix(url, "http:/") || strings.HasPrefix(url, "https:/") { // a slash gets lost on the way
		scheme, after, _ := strings.Cut(url, ":")
		url = scheme + "://" + strings.TrimLeft(after, "/")
	}
	coded, _, _ := strings.Cut(rest, "!")
	kept := decode64(coded)
	const runs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var out strings.Builder
	for i := 0; i < len(url); i++ {
		if url[i] != '*' {
			out.WriteByte(url[i])
			continue
		}
		n := 1
		if i+2 < len(url) && url[i+1] == '*' {
			if run := strings.IndexByte(runs, url[i+2]); run >= 0 {
				n, i = run+2, i+2
			}
		}
		n = min(n, len(kept))
		out.WriteString(kept[:n])
		kept = kept[n:]
	}
	return out.String()
}

// sophos reads u in base64, percent-encoded or not, beside the plain d.
func sophos(u *URL) string {
	if s := asURL(decode64(u.param("u"))); s != "" {
		return s
	}
	if d := u.param("d"); d != "" {
		return "http://" + d + "/"
	}
	return ""
}

// betweenUnderscores reads "/v2/___URL___.TOKEN".
func betweenUnderscores(u *URL) string {
	_, rest, ok := strings.Cut(u.Tail(), "___")
	if !ok {
		return ""
	}
	url, _, _ := strings.Cut(rest, "___")
	return url
}

// pathURL is the URL that ends the path.
func pathURL(u *URL) string {
	tail := percentDecode(u.Tail())
	for i := strings.Index(tail, "/http"); i >= 0; {
		if rest := tail[i+1:]; strings.HasPrefix(rest, "http:/") || strings.HasPrefix(rest, "https:/") {
			return rest
		}
		next := strings.Index(tail[i+1:], "/http")
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return ""
}

// lastURL is the last URL that the tail holds in the clear or encoded.
func lastURL(u *URL) string {
	tail := percentDecode(u.Tail())
	i := max(strings.LastIndex(tail, "http://"), strings.LastIndex(tail, "https://"))
	if i < 1 {
		return ""
	}
	return tail[i:]
}

// pathBase64 is the URL that a segment of the path holds in base64.
func pathBase64(u *URL) string {
	if i := strings.Index(u.Path, "/aHR0c"); i >= 0 {
		segment, _, _ := strings.Cut(u.Path[i+1:], "/")
		return decode64(segment)
	}
	return ""
}

// ampPath reads ".../s/example.com/page": s is for https.
func ampPath(u *URL) string {
	path := strings.TrimPrefix(u.Path, "/amp")
	for _, lead := range [...]string{"/c", "/v", "/i", "/wp"} {
		if rest, ok := strings.CutPrefix(path, lead+"/"); ok {
			path = "/" + rest
			break
		}
	}
	scheme := "http://"
	if rest, ok := strings.CutPrefix(path, "/s/"); ok {
		scheme, path = "https://", "/"+rest
	}
	rest := percentDecode(strings.TrimPrefix(path, "/"))
	if strings.HasPrefix(rest, "http") {
		return rest
	}
	if u.Query != "" {
		rest += "?" + u.Query
	}
	return scheme + rest
}

// translated reads "www-example-com.translate.goog", where "--" is a hyphen.
func translated(u *URL) string {
	label, _, _ := strings.Cut(u.Host, ".")
	host := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(label, "--", "\x00"), "-", "."), "\x00", "-")
	return "https://" + host + u.Tail()
}

// bing reads u: two characters, then base64.
func bing(u *URL) string {
	s := u.param("u")
	if len(s) < 3 {
		return ""
	}
	return decode64(s[2:])
}

// yahoo reads ".../RU=URL/RK=...".
func yahoo(u *URL) string {
	_, rest, ok := strings.Cut(u.Path, "/RU=")
	if !ok {
		return ""
	}
	url, _, _ := strings.Cut(rest, "/RK=")
	return percentDecode(url)
}

func wholeQuery(u *URL) string { return percentDecode(u.Query) }

// awsTrack reads "/L0/URL/...", with the slashes of the URL encoded.
func awsTrack(u *URL) string {
	url, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/L0/"), "/")
	return percentDecode(url)
}

// jsonParam reads the URL in a parameter that is JSON in base64.
func jsonParam(u *URL) string { return jsonURL(decode64(u.param("p"))) }

// jsonPath reads the URL in a segment of the path that is JSON in base64.
func jsonPath(u *URL) string {
	_, rest, _ := strings.Cut(u.Path, "/eyJ")
	return jsonURL(decode64("eyJ" + rest))
}

// jsonURL is the first URL in JSON, in strings within strings too.
func jsonURL(s string) string {
	s = strings.ReplaceAll(s, `\`, "")
	i := strings.Index(s, `"http`)
	if i < 0 {
		return ""
	}
	url, _, _ := strings.Cut(s[i+1:], `"`)
	return url
}
