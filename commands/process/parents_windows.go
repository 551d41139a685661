package process

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// describeProcess tells what a process is called and who its parent is.
func describeProcess(pid int) (name string, parent int, ok bool) {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return "", 0, false
	}
	defer func() { _ = windows.CloseHandle(snapshot) }()
	entry := windows.ProcessEntry32{}
	entry.Size = uint32(unsafe.Sizeof(entry))
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		if int(entry.ProcessID) == pid {
			return windows.UTF16ToString(entry.ExeFile[:]), int(entry.ParentProcessID), true
		}
	}
	return "", 0, false
}
