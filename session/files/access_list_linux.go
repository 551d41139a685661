package files

import (
	"encoding/binary"
	"os"
)

// A list begins with a version of four bytes; each entry is a tag and rights of two
// bytes and an id of four, little endian. Source: linux/posix_acl_xattr.h.
const (
	listHeader, listEntry = 4, 8
	listedUser            = 0x02
	listedGroup           = 0x08
	listMask              = 0x10
	listedWrite           = 0x02
)

// listedWriter is a user or a group, other than this user and root, whom the access
// list of the file at path lets write; "" when there is none.
func listedWriter(path string) string {
	list, err := attribute(path, accessList)
	if err != nil || len(list) < listHeader {
		return ""
	}
	who, mask := "", uint16(listedWrite)
	for at := list[listHeader:]; len(at) >= listEntry; at = at[listEntry:] {
		tag, rights := binary.LittleEndian.Uint16(at), binary.LittleEndian.Uint16(at[2:])
		id := int(binary.LittleEndian.Uint32(at[4:]))
		switch {
		case tag == listMask:
			mask = rights
		case rights&listedWrite == 0:
		case tag == listedUser && id != os.Geteuid() && id != 0:
			who = userName(id)
		case tag == listedGroup && !isOwnGroup(id):
			who = "the group " + groupName(id)
		}
	}
	if mask&listedWrite == 0 {
		return ""
	}
	return who
}
