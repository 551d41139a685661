package config

import (
	"stsx/session"
)

func (c *checker) readRegion(e tableEntry) (string, bool) {
	return c.readChecked(e, session.CheckRegionName)
}
