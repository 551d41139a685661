package files

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

// closeFolder keeps other users out of dir: its access list, which its files
// inherit, gets one entry, this user's, and takes no more from the folders above.
func closeFolder(dir string, _ fs.FileInfo) error {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("asking Windows who runs stsx: %w", err)
	}
	if isClosedTo(dir, user.User.Sid) {
		return nil
	}
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pinner.Pin(user.User.Sid) // a TrusteeValue hides the pointer from Go
	list, err := windows.ACLFromEntries([]windows.EXPLICIT_ACCESS{{
		AccessPermissions: windows.GENERIC_ALL,
		AccessMode:        windows.GRANT_ACCESS,
		Inheritance:       windows.SUB_CONTAINERS_AND_OBJECTS_INHERIT,
		Trustee:           windows.TRUSTEE{TrusteeForm: windows.TRUSTEE_IS_SID, TrusteeValue: windows.TrusteeValueFromSID(user.User.Sid)},
	}}, nil)
	if err == nil {
		err = windows.SetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT,
			windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
	}
	// FAT knows no access lists, and says one of these.
	if errors.Is(err, windows.ERROR_INVALID_FUNCTION) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s could not be closed to other users: %w", dir, err)
	}
	return nil
}

// isClosedTo reports whether the access list of dir inherits nothing and has user's
// entry alone.
func isClosedTo(dir string, user *windows.SID) bool {
	descriptor, err := windows.GetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return false
	}
	control, _, err := descriptor.Control()
	if err != nil || control&windows.SE_DACL_PROTECTED == 0 {
		return false
	}
	list, _, err := descriptor.DACL()
	if err != nil || list == nil || list.AceCount != 1 {
		return false
	}
	var entry *windows.ACCESS_ALLOWED_ACE
	return windows.GetAce(list, 0, &entry) == nil && entry.Header.AceType == windows.ACCESS_ALLOWED_ACE_TYPE &&
		(*windows.SID)(unsafe.Pointer(&entry.SidStart)).Equals(user)
}
