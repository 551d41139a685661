# shellcheck shell=sh
# shellcheck disable=SC2154,SC2016 # the options; text for eval
# stsx for POSIX shells (dash, ash, ksh). What a hook promises stands in
# README.md beside this file; the options are assigned before it. There is
# neither a clock nor a place to watch from in such a shell: use and unuse only.

# A frame is a variable for each one that was there before a use,
# __stsx_saved_DEPTH_NAME, with x or u (exported or not) before its value.
__stsx_load() {
	case ${__stsx_loaded-} in
	"$$") ;;
	*) __stsx_loaded=$$ __stsx_depth=0 ;;
	esac
}

\unalias "$__stsx_cmd" 2>/dev/null || \true
\eval "$__stsx_cmd() { __stsx_main \"\$@\"; }"

__stsx_main() {
	case ${1-} in
	use | unuse) __stsx_quietly "$@" ;;
	*) "$__stsx_self" "$@" ;;
	esac
}

# A trace (set -x) would show the keys, and set -a would export the frames.
__stsx_quietly() {
	{
		__stsx_options=$-
		\set +ax
	} 2>/dev/null
	__stsx_verb=$1 __stsx_status=0
	\shift
	"__stsx_$__stsx_verb" "$@" || __stsx_status=$?
	case $__stsx_options in *a*) \set -a ;; esac
	case $__stsx_options in *x*) \set -x ;; esac
	\return "$__stsx_status"
}

# Nothing changes unless stsx succeeds.
__stsx_use() {
	for __stsx_arg; do
		case $__stsx_arg in
		-h | --help* | --shell* | --unset* | --force*)
			"$__stsx_self" use "$@"
			\return
			;;
		esac
	done
	__stsx_code=$("$__stsx_self" env --shell sh "$@") || \return
	__stsx_was=${STSX_PROFILE-}
	__stsx_push
	if ! \eval "$__stsx_code"; then # a variable is read-only
		__stsx_each __stsx_forget
		__stsx_depth=$((__stsx_depth - 1))
		\return 1
	fi
	\unset -v __stsx_code
	if \test "$__stsx_depth" -gt 1 && \test "$__stsx_was" = "${STSX_PROFILE-}"; then
		__stsx_each __stsx_forget # the same again takes its own place
		__stsx_depth=$((__stsx_depth - 1))
	fi
}

__stsx_unuse() {
	if \test $# -gt 0; then
		"$__stsx_self" unuse "$@"
	elif \test "$__stsx_depth" -gt 0; then
		__stsx_pop || \return
		while \test "$__stsx_depth" -gt 0 && __stsx_over; do
			__stsx_pop || \return
		done
	elif \test -n "${STSX_EXPIRES-}${STSX_PROFILE:+${AWS_CONTAINER_CREDENTIALS_FULL_URI-}}"; then # the session came with the environment
		__stsx_code=$("$__stsx_self" env --unset --shell sh) || \return
		\eval "$__stsx_code"
	else
		\printf 'stsx: no profile is in use\n' >&2
		\return 1
	fi
}

# Runs $1 with each variable's name.
__stsx_each() {
	__stsx_rest="$__stsx_names "
	while \test -n "$__stsx_rest"; do
		__stsx_name=${__stsx_rest%% *}
		__stsx_rest=${__stsx_rest#* }
		"$1" "$__stsx_name"
	done
}

# Puts a frame on the stack. What export -p prints is evaluated, since a value
# with newlines in it may look like another variable.
__stsx_push() {
	__stsx_exported=' '
	\eval "$(\export -p | \command sed -e 's/^export /__stsx_seen /' -e 's/^declare -x /__stsx_seen /' -e 's/^typeset -x /__stsx_seen /')"
	__stsx_depth=$((__stsx_depth + 1))
	__stsx_each __stsx_save
}

__stsx_seen() {
	__stsx_exported="$__stsx_exported${1%%=*} "
}

__stsx_save() {
	case $__stsx_exported in
	*" $1 "*) \eval "__stsx_saved_${__stsx_depth}_$1=\${$1+x\$$1}" ;;
	*) \eval "__stsx_saved_${__stsx_depth}_$1=\${$1+u\$$1}" ;;
	esac
}

# Restores what the last frame says, and takes it off. Where one of what it
# changes is read-only, it says which and changes nothing. The subshell is what
# the attempt would end.
__stsx_pop() {
	__stsx_changed=''
	__stsx_each __stsx_compare
	if \test -n "$__stsx_changed" && ! (__stsx_each __stsx_unset) 2>/dev/null; then
		__stsx_each __stsx_blame
		\return 1
	fi
	__stsx_each __stsx_restore
	__stsx_depth=$((__stsx_depth - 1))
}

# Adds $1 to __stsx_changed where it has another value now than in the frame.
__stsx_compare() {
	\eval "__stsx_value=\${__stsx_saved_${__stsx_depth}_$1-} __stsx_now=\${$1+.\$$1}"
	case $__stsx_value in
	"${__stsx_now:+x${__stsx_now#.}}" | "${__stsx_now:+u${__stsx_now#.}}") ;;
	*) __stsx_changed="$__stsx_changed $1" ;;
	esac
	\unset -v __stsx_now __stsx_value
}

__stsx_unset() {
	case "$__stsx_changed " in
	*" $1 "*) \unset -v "$1" || \exit 1 ;;
	esac
}

__stsx_blame() {
	case "$__stsx_changed " in
	*" $1 "*)
		(\unset -v "$1") 2>/dev/null ||
			\printf 'stsx: error: %s is read-only in this shell; nothing was changed\n' "$1" >&2
		;;
	esac
}

__stsx_restore() {
	\eval "__stsx_value=\${__stsx_saved_${__stsx_depth}_$1-}"
	case "$__stsx_changed " in
	*" $1 "*) \unset -v "$1" ;;
	*)
		case $__stsx_value in
		u*) (\unset -v "$1") 2>/dev/null && \unset -v "$1" ;; # one that is read-only is what it was
		esac
		;;
	esac
	\eval "__stsx_now=\${$1+.}"
	case $__stsx_now$__stsx_value in
	x*) \eval "$1=\${__stsx_value#x}; \\export $1" ;;
	u*) \eval "$1=\${__stsx_value#u}" ;;
	.x*) \eval "\\export $1" ;;
	esac
	\unset -v __stsx_now
	__stsx_forget "$1"
	\unset -v __stsx_value
}

__stsx_forget() {
	\unset -v "__stsx_saved_${__stsx_depth}_$1"
}

# Whether there is a session that has ended.
__stsx_over() {
	case ${STSX_PROFILE:+.}${STSX_EXPIRES-} in
	. | .*[!0-9]* | [!.]* | '' | .??????????????*) \return 1 ;;
	esac
	\test "$STSX_EXPIRES" -le "$(\command date +%s)"
}

__stsx_quietly load
