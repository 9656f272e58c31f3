package parse

import "strings"

// A passer is a host that sends on to an address which its URL tells.
type passer struct {
	path     string              // that the path begins with
	params   string              // parameters that may hold the address, apart by spaces
	by       func(u *URL) string // how to read it where they do not
	rewriter bool                // a mail gateway that guards links, not the sender's choice
}

// to is the address as the URL has it, or empty.
func (r *passer) to(u *URL) string {
	if r.params != "" {
		for name := range strings.SplitSeq(r.params, " ") {
			if v := u.param(name); v != "" {
				return v
			}
		}
	}
	if r.by != nil {
		return r.by(u)
	}
	return ""
}

// googles are what every domain of Google's search does.
var googles = []passer{
	{path: "/url", params: "q url"},
	{path: "/amp/", by: ampPath},
	{path: "/imgres", params: "imgrefurl imgurl"},
	{path: "/aclk", params: "adurl"},
	{path: "/pagead/aclk", params: "adurl"},
	{path: "/local_url", params: "q"},
	{path: "/travel/clk", params: "pcurl"},
}

// passers are the rewriters and redirectors by host, beneath which all hosts
// count.
var passers = map[string][]passer{
	// Gateways that rewrite links.
	"safelinks.protection.outlook.com":        {{params: "url", rewriter: true}},
	"safelinks.protection.office365.us":       {{params: "url", rewriter: true}},
	"safelinks.protection.partner.outlook.cn": {{params: "url", rewriter: true}},
	"statics.teams.cdn.office.net":            {{path: "/evergreen-assets/safelinks/", params: "url", rewriter: true}},
	"urldefense.proofpoint.com":               {{by: urlDefense, rewriter: true}},
	"urldefense.com":                          {{by: urlDefense, rewriter: true}},
	"urldefense.us":                           {{by: urlDefense, rewriter: true}},
	"mimecast.com":                            {{path: "/s/", by: domainParam, rewriter: true}, {path: "/r/", by: domainParam, rewriter: true}},
	"mimecastprotect.com":                     {{path: "/s/", by: domainParam, rewriter: true}, {path: "/r/", by: domainParam, rewriter: true}},
	"linkprotect.cudasvc.com":                 {{path: "/url", params: "a", rewriter: true}},
	"secure-web.cisco.com":                    {{by: pathURL, rewriter: true}},
	"protection.sophos.com":                   {{by: sophos, rewriter: true}},
	"trendmicro.com":                          {{path: "/wis/clicktime/", params: "url", rewriter: true}, {path: "/clicktime/", params: "url", rewriter: true}},
	"trendmicro.eu":                           {{path: "/wis/clicktime/", params: "url", rewriter: true}},
	"protect.fireeye.com":                     {{params: "u", rewriter: true}},
	"protect2.fireeye.com":                    {{params: "u", rewriter: true}},
	"fireeyecloud.com":                        {{params: "u", rewriter: true}},
	"clicktime.symantec.com":                  {{params: "u", by: pathURL, rewriter: true}},
	"clicktime.cloud.postoffice.net":          {{params: "u", rewriter: true}},
	"scanmail.trustwave.com":                  {{params: "u", rewriter: true}},
	"url-protection.com":                      {{params: "o", rewriter: true}},
	"url.avanan.click":                        {{by: betweenUnderscores, rewriter: true}},
	"checkpoint.com":                          {{path: "/v", by: betweenUnderscores, rewriter: true}},
	"inky.com":                                {{path: "/link", by: domainParam, rewriter: true}},
	"link.edgepilot.com":                      {{path: "/s/", params: "u", rewriter: true}},
	"link.zixcentral.com":                     {{path: "/u/", params: "u", rewriter: true}},
	"urlsand.esvalabs.com":                    {{params: "u", rewriter: true}},
	"urlsand.com":                             {{params: "u", rewriter: true}},
	"linkscan.io":                             {{path: "/scan/", by: pathBase64, rewriter: true}},
	"antiphishing.vadesecure.com":             {{by: pathURL, rewriter: true}},
	"cloudsecurity.cyren.com":                 {{params: "url", rewriter: true}},
	"mailanyone.net":                          {{params: "u url", rewriter: true}},
	"spamtitan.com":                           {{params: "u url", rewriter: true}},
	"titanhq.com":                             {{params: "u url", rewriter: true}},

	// Redirectors of large services.
	"google.com":                googles,
	"notifications.google.com":  {{params: "url q"}},
	"googleadservices.com":      {{path: "/pagead/aclk", params: "adurl"}},
	"doubleclick.net":           {{params: "adurl ds_dest_url rd url", by: lastURL}},
	"clickserve.dartsearch.net": {{params: "ds_dest_url"}},
	"ampproject.org":            {{by: ampPath}},
	"translate.google.com":      {{path: "/translate", params: "u"}, {path: "/website", params: "u"}},
	"translate.goog":            {{by: translated}},
	"googleweblight.com":        {{params: "lite_url"}},
	"plus.google.com":           {{path: "/url", params: "q"}},
	"bing.com":                  {{path: "/ck/a", by: bing}, {path: "/aclick", by: bing}, {path: "/aclk", by: bing}, {path: "/news/apiclick.aspx", params: "url"}},
	"youtube.com":               {{path: "/redirect", params: "q"}, {path: "/attribution_link", params: "u"}},
	"linkedin.com":              {{path: "/redir/", params: "url"}, {path: "/safety/go", params: "url"}, {path: "/comm/redir", params: "url"}},
	"facebook.com":              {{path: "/l.php", params: "u"}, {path: "/flx/warn", params: "u"}},
	"messenger.com":             {{path: "/l.php", params: "u"}},
	"instagram.com":             {{path: "/l.php", params: "u"}, {path: "/linkshim/", params: "u"}},
	"l.instagram.com":           {{params: "u"}},
	"l.facebook.com":            {{params: "u"}},
	"lm.facebook.com":           {{params: "u"}},
	"t.umblr.com":               {{params: "z"}},
	"out.reddit.com":            {{params: "url"}},
	"steamcommunity.com":        {{path: "/linkfilter", params: "url u"}},
	"vk.com":                    {{path: "/away.php", params: "to"}},
	"ok.ru":                     {{path: "/dk", params: "st.link"}},
	"slack-redir.net":           {{path: "/link", params: "url"}},
	"duckduckgo.com":            {{path: "/l/", params: "uddg"}},
	"search.yahoo.com":          {{by: yahoo}},
	"medium.com":                {{path: "/r/", params: "url"}},
	"disq.us":                   {{params: "url"}},
	"getpocket.com":             {{path: "/redirect", params: "url"}},
	"href.li":                   {{by: wholeQuery}},
	"nullrefer.com":             {{by: wholeQuery}},
	"anonym.to":                 {{by: wholeQuery}},
	"via.hypothes.is":           {{by: pathURL}},
	"web.archive.org":           {{path: "/web/", by: pathURL}},
	"yandex.ru":                 {{path: "/clck/", params: "url", by: lastURL}, {path: "/turbo", params: "text"}},
	"sourceforge.net":           {{path: "/settings/mirror_choices", params: "url"}},
	"baidu.com":                 {{path: "/link", params: "url"}},
	"weibo.cn":                  {{path: "/sinaurl", params: "u"}},
	"zhihu.com":                 {{params: "target"}},
	"link.zhihu.com":            {{params: "target"}},
	"teams.microsoft.com":       {{path: "/l/", params: "url"}},
	"login.microsoftonline.com": {{path: "/common/oauth2/logout", params: "post_logout_redirect_uri"}},
	"wa.me":                     {{path: "/redirect", params: "url"}},
	"rover.ebay.com":            {{params: "mpre loc"}},
	"apac01.l.antigena.com":     {{params: "u"}},
	"exacttarget.com":           {{params: "url"}},

	// Shops' partners, and counters of clicks that tell where they lead.
	"awin1.com":           {{params: "ued p"}},
	"linksynergy.com":     {{params: "murl RD_PARM1"}},
	"redirectingat.com":   {{params: "url"}},
	"skimresources.com":   {{params: "url"}},
	"viglink.com":         {{params: "u"}},
	"sjv.io":              {{params: "u"}},
	"pxf.io":              {{params: "u"}},
	"ojrq.net":            {{params: "return"}},
	"shareasale.com":      {{params: "urllink"}},
	"anrdoezrs.net":       {{params: "url", by: lastURL}},
	"dpbolvw.net":         {{params: "url", by: lastURL}},
	"jdoqocy.com":         {{params: "url", by: lastURL}},
	"kqzyfj.com":          {{params: "url", by: lastURL}},
	"tkqlhce.com":         {{params: "url", by: lastURL}},
	"prf.hn":              {{by: lastURL}},
	"tradedoubler.com":    {{params: "url"}},
	"clickfunnels.com":    {{path: "/redirect", params: "url"}},
	"awstrack.me":         {{path: "/L0/", by: awsTrack}},
	"mandrillapp.com":     {{path: "/track/click", by: jsonParam}},
	"mjt.lu":              {{by: pathBase64}},
	"mailtrack.io":        {{params: "url"}},
	"customeriomail.com":  {{path: "/e/c/", by: jsonPath}},
	"getresponse.com":     {{path: "/click", params: "u"}},
	"govdelivery.com":     {{by: lastURL}},
	"constantcontact.com": {{path: "/tn.jsp", params: "p"}},
	"rs6.net":             {{path: "/on.jsp", params: "t p"}},
	"trk.klclick.com":     {{params: "u"}},
}
