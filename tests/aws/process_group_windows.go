package aws

import (
	"errors"
	"os/exec"
	"unsafe"

	"golang.org/x/sys/windows"
)

// processGroup is what ties a process and its children to this one: a job that dies with its last handle, which is ours.
type processGroup struct{ job windows.Handle }

// startGroup starts cmd and puts it into a job. What it starts is in the job too, save for the instant before it is put
// there, in which a Python interpreter starts nothing.
func startGroup(cmd *exec.Cmd) (processGroup, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return processGroup{}, err
	}
	limit := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limit)), uint32(unsafe.Sizeof(limit)))
	if err != nil {
		return processGroup{}, errors.Join(err, windows.CloseHandle(job))
	}
	if err := cmd.Start(); err != nil {
		return processGroup{}, errors.Join(err, windows.CloseHandle(job))
	}
	if err := assignProcess(job, cmd.Process.Pid); err != nil {
		return processGroup{}, errors.Join(err, cmd.Process.Kill(), cmd.Wait(), windows.CloseHandle(job))
	}
	return processGroup{job}, nil
}

func assignProcess(job windows.Handle, pid int) error {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(pid))
	if err != nil {
		return err
	}
	return errors.Join(windows.AssignProcessToJobObject(job, process), windows.CloseHandle(process))
}

// killGroup kills the process and what it started.
func (l processGroup) killGroup() error { return windows.TerminateJobObject(l.job, 1) }

func (l processGroup) releaseGroup() error { return windows.CloseHandle(l.job) }
