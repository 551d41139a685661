package files

import "golang.org/x/sys/unix"

// File systems that show modes which nobody set: Windows' and other people's
// disks. The numbers are the kernel's.
const (
	type9P    = 0x01021997 // WSL's /mnt/c
	typeVFAT  = unix.MSDOS_SUPER_MAGIC
	typeExFAT = 0x2011bab0
	typeNTFS  = 0x5346544e
	typeNTFS3 = 0x7366746e
	typeFUSE  = unix.FUSE_SUPER_MAGIC
	typeCIFS  = 0xff534d42
	typeSMB2  = 0xfe534d42
)

// hasModes reports whether the modes of the file at path mean anything.
func hasModes(path string) bool {
	var s unix.Statfs_t
	if unix.Statfs(path, &s) != nil {
		return true
	}
	switch uint32(s.Type) {
	case type9P, typeVFAT, typeExFAT, typeNTFS, typeNTFS3, typeFUSE, typeCIFS, typeSMB2:
		return false
	}
	return true
}
