package vault

import (
	"maps"
	"path/filepath"
	"slices"
	"time"

	"stsx/session"
)

const (
	rolesFile = "roles.json"
	// rolesLife is how long the roles of an org count that nobody has signed
	// in to since.
	rolesLife = 90 * 24 * time.Hour
)

// RoleCache implements session.GrantedRoles with a file of ARNs.
type RoleCache struct{ file cache[grantedRoles] }

// grantedRoles is what one org granted: the key it has in the file is the org's
// ID, which says neither whose nor which it is.
type grantedRoles struct {
	Roles []string  `json:"roles"`
	Seen  time.Time `json:"seen"`
}

// NewRoleCache returns the one in dir, $XDG_CACHE_HOME/stsx. It touches nothing.
func NewRoleCache(dir string, clock func() time.Time) *RoleCache {
	return &RoleCache{cache[grantedRoles]{
		path: filepath.Join(dir, rolesFile), life: rolesLife, now: clock,
		entryTime: func(g grantedRoles) (time.Time, bool) { return g.Seen, true },
	}}
}

// See implements session.GrantedRoles.
func (c *RoleCache) See(o session.Org, roles []session.Role) {
	var arns []string
	for _, role := range roles {
		if !slices.Contains(arns, role.ARN) { // two providers may vouch for one role
			arns = append(arns, role.ARN)
		}
	}
	known, ok := c.file.entries()[o.ID()]
	if ok && slices.Equal(known.Roles, arns) && c.file.isRecent(known.Seen) {
		return
	}
	c.file.add(map[string]grantedRoles{o.ID(): {arns, c.file.now().UTC()}})
}

// Seen implements session.GrantedRoles.
func (c *RoleCache) Seen() []session.Role {
	all := c.file.entries()
	var out []session.Role
	for _, id := range slices.Sorted(maps.Keys(all)) {
		for _, arn := range all[id].Roles {
			if role, err := session.ParseRole(arn); err == nil {
				out = append(out, role)
			}
		}
	}
	return out
}
