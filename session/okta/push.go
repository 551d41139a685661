package okta

// pushFactors are answered on another device, while the page polls.
func pushFactors() []factor { return nil }
