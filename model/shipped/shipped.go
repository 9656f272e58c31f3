// Package shipped holds the model in the binary. It knows no other.
package shipped

import (
	"embed"
	"sync"

	"postern/model"
)

//go:embed files
var files embed.FS

// name is the file that `make model` writes.
const name = "files/postern.model"

// Load decodes the model in the binary, once; nil where it was built without.
var Load = sync.OnceValues(func() (*model.Bundle, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, nil //nolint:nilnil // a binary without a model judges by its heuristics
	}
	return model.Decode(data)
})
