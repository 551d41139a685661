package okta

// betweens are the pages that stand between username and assertion and ask
// for no proof.
func betweens() []screen { return nil }
