package process

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// holdChildren puts this process, and so all that it starts from now on, into a job
// object that Windows ends when this process is ended from outside: no child is
// left with credentials. After the returned function has been called, what the
// children left running goes on, as it would without stsx. Where there can be no
// such job, it does nothing.
func holdChildren() (letGo func()) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return func() {}
	}
	if setJobLimits(job, windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) != nil ||
		windows.AssignProcessToJobObject(job, windows.CurrentProcess()) != nil {
		_ = windows.CloseHandle(job)
		return func() {}
	}
	// The handle stays open: closing it ends this process too.
	return func() { _ = setJobLimits(job, 0) }
}

func setJobLimits(job windows.Handle, limits uint32) error {
	information := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: limits},
	}
	_, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&information)), uint32(unsafe.Sizeof(information)))
	return err
}
