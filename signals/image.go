package signals

import (
	"slices"

	"postern/content"
	"postern/parse"
)

// ImageCount counts images.
var ImageCount = define(Signal{
	Name: "image.count", Level: Message, Unit: Count,
	Doc:  "Images that come with the message, inline and attached.",
	Eval: func(f *Facts) float64 { return found(f, content.Image, func(*content.Found) bool { return true }) },
})

// ImagePixels is the size of the largest one.
var ImagePixels = define(Signal{
	Name: "image.pixels", Level: Message, Unit: Count,
	Doc: "Pixels of the largest image that comes with the message; unknown without one.",
	Eval: func(f *Facts) float64 {
		most := Unknown
		for _, h := range f.look().held {
			if x := h.Found; x != nil && x.Kind == content.Image {
				if n := float64(x.Width) * float64(x.Height); !(n <= most) {
					most = n
				}
			}
		}
		return most
	},
})

// ImageSole tells whether an image is all there is.
var ImageSole = define(Signal{
	Name: "image.sole", Level: Message, Unit: Bool,
	Doc: "An image is shown, and not one word of the sender's beside it.",
	Eval: func(f *Facts) float64 {
		if f.look().text.visible > 0 {
			return 0
		}
		for i := range f.Msg.Links {
			if l := &f.Msg.Links[i]; l.Image && l.Origin != parse.InAttachment {
				return 1
			}
		}
		return truth(slices.ContainsFunc(f.Msg.Attachments, func(a parse.Attachment) bool {
			return a.Found != nil && a.Found.Kind == content.Image
		}))
	},
})

// ImageAnimated counts images that move.
var ImageAnimated = define(Signal{
	Name: "image.animated", Level: Message, Unit: Count,
	Doc:  "Images with several frames that come with the message.",
	Eval: func(f *Facts) float64 { return having(f, content.Image, content.Animated) },
})
