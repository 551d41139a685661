package vault

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"stsx/session"
	"stsx/session/files"
)

const (
	rolesFile = "roles.json"
	// rolesLife is how long the roles of an org count that nobody has signed
	// in to since.
	rolesLife = 90 * 24 * time.Hour
)

// Roles implements session.Roles with a file of ARNs. It needs no lock: of two
// sign-ins at once one's roles may be forgotten until the next.
type Roles struct {
	dir string
	now func() time.Time
}

// NewRoles returns the Roles in dir, $XDG_CACHE_HOME/stsx. It touches nothing.
func NewRoles(dir string, clock func() time.Time) *Roles { return &Roles{dir, clock} }

// grants is what one org granted: the key it has in the file is the org's ID,
// which says neither whose nor which it is.
type grants struct {
	Roles []string  `json:"roles"`
	Seen  time.Time `json:"seen"`
}

// See implements session.Roles.
func (r *Roles) See(o session.Org, roles []session.Role) {
	all := r.read()
	var arns []string
	for _, role := range roles {
		if !slices.Contains(arns, role.ARN) { // two providers may vouch for one role
			arns = append(arns, role.ARN)
		}
	}
	if was, ok := all[o.ID()]; ok && slices.Equal(was.Roles, arns) && r.now().Sub(was.Seen) < rolesLife/2 {
		return
	}
	if files.MakePrivate(r.dir) != nil {
		return
	}
	all[o.ID()] = grants{arns, r.now().UTC()}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return
	}
	files.Replace(filepath.Join(r.dir, rolesFile), append(data, '\n'))
}

// Seen implements session.Roles.
func (r *Roles) Seen() []session.Role {
	all := r.read()
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

func (r *Roles) read() map[string]grants {
	all := map[string]grants{}
	data, _, err := files.ReadOwn(filepath.Join(r.dir, rolesFile))
	if err != nil || json.Unmarshal(data, &all) != nil || all == nil {
		return map[string]grants{}
	}
	maps.DeleteFunc(all, func(_ string, of grants) bool {
		age := r.now().Sub(of.Seen)
		return age < -rolesLife || age > rolesLife
	})
	return all
}
