package browser

import (
	"encoding/json"
	"fmt"

	"github.com/go-rod/rod/lib/proto"
)

// keepTitle makes title that of the window, whatever the page calls itself. The
// script runs in a world of its own, where no page can stop it.
func keepTitle(title string) proto.PageAddScriptToEvaluateOnNewDocument {
	text, _ := json.Marshal(title) // a string always can be
	return proto.PageAddScriptToEvaluateOnNewDocument{WorldName: "stsx", Source: fmt.Sprintf(`if (window === top) {
	const keep = () => { if (document.title !== %[1]s) document.title = %[1]s };
	addEventListener("DOMContentLoaded", keep);
	setInterval(keep, 200);
}`, text)}
}
