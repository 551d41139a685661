# shellcheck shell=bash
# shellcheck disable=SC2154 # the options
# stsx for bash, 3.2 and later. What a hook promises stands in README.md beside
# this file; the options are assigned before it (and __stsx_names).

# Frames of what was there before each use, flat: how many arguments that use
# had, they, and a name, a flag (x exported, u not, - unset) and a value for
# each variable. Arrays, since bash exports none, not even under set -a.
if [[ -z ${__stsx_frames[0]+x} ]]; then
	__stsx_frames=(-)
	__stsx_saved=(-)
	__stsx_args=()
	__stsx_notice=('')
	__stsx_text='' __stsx_on='' __stsx_off='' __stsx_of='' __stsx_shown=''
	__stsx_warn_at=0 __stsx_ends=0 __stsx_tried='' __stsx_stuck=''
fi

\builtin eval "function $__stsx_cmd {
	case \${1-} in
	use | unuse) __stsx_untraced \"__stsx_\$1\" \"\${@:2}\" ;;
	*) \"\$__stsx_self\" \"\$@\" ;;
	esac
}"

# A trace (set -x) would show the keys.
function __stsx_untraced {
	\builtin local __stsx_status=0
	if [[ $- == *x* ]]; then
		{ \builtin set +x; } 2>/dev/null
		"$@" || __stsx_status=$?
		\builtin set -x
	else
		"$@" || __stsx_status=$?
	fi
	\builtin return "$__stsx_status"
}

# Evaluates what stsx prints, without anybody's aliases.
function __stsx_apply {
	\builtin local __stsx_failed=0
	if \builtin shopt -q expand_aliases; then
		\builtin shopt -u expand_aliases
		\builtin eval "$1" || __stsx_failed=$?
		\builtin shopt -s expand_aliases
	else
		\builtin eval "$1" || __stsx_failed=$?
	fi
	\builtin return "$__stsx_failed"
}

# Nothing changes unless stsx succeeds.
function __stsx_use {
	\builtin local __stsx_arg __stsx_code __stsx_was
	for __stsx_arg in "$@"; do
		case $__stsx_arg in
		-h | --help* | --shell* | --unset* | --force*)
			"$__stsx_self" use "$@"
			\builtin return
			;;
		esac
	done
	__stsx_code=$("$__stsx_self" env --shell bash "$@") || \builtin return
	__stsx_was=${STSX_PROFILE-}
	__stsx_push
	if ! __stsx_apply "$__stsx_code"; then # a variable is read-only
		__stsx_drop
		\builtin return 1
	fi
	if ((${#__stsx_frames[@]} > 2)) && [[ $__stsx_was == "${STSX_PROFILE-}" ]]; then
		__stsx_drop # the same again takes its own place
	fi
	__stsx_args=("--relative-to=${PWD-}" "$@")
	\builtin return 0
}

function __stsx_unuse {
	\builtin local __stsx_code
	if (($#)); then
		"$__stsx_self" unuse "$@"
		\builtin return
	fi
	if ((${#__stsx_frames[@]} > 1)); then
		__stsx_back
	elif [[ -n ${STSX_EXPIRES-} ]] || __stsx_renewing; then # the session came with the environment
		__stsx_code=$("$__stsx_self" env --unset --shell bash) || \builtin return
		__stsx_apply "$__stsx_code" || \builtin return
	else
		\builtin printf 'stsx: no profile is in use\n' >&2
		\builtin return 1
	fi
}

# Puts a frame on the stack.
function __stsx_push {
	\builtin local __stsx_name __stsx_rest="$__stsx_names " __stsx_exported
	__stsx_exported=$'\n'$(\builtin compgen -e)$'\n'
	__stsx_frames+=("${#__stsx_saved[@]}")
	__stsx_saved+=("${#__stsx_args[@]}" ${__stsx_args[@]+"${__stsx_args[@]}"})
	while [[ -n $__stsx_rest ]]; do # IFS may be read-only
		__stsx_name=${__stsx_rest%% *}
		__stsx_rest=${__stsx_rest#* }
		if [[ -z ${!__stsx_name+x} ]]; then
			__stsx_saved+=("$__stsx_name" - '')
		elif [[ $__stsx_exported == *$'\n'"$__stsx_name"$'\n'* ]]; then
			__stsx_saved+=("$__stsx_name" x "${!__stsx_name}")
		else
			__stsx_saved+=("$__stsx_name" u "${!__stsx_name}")
		fi
	done
}

# Takes the last frame off the stack.
function __stsx_drop {
	\builtin local __stsx_last="$((${#__stsx_frames[@]} - 1))"
	__stsx_saved=("${__stsx_saved[@]:0:${__stsx_frames[__stsx_last]}}")
	__stsx_frames=("${__stsx_frames[@]:0:__stsx_last}")
}

# Restores what the last frame says, and takes it off. Where one of what it
# changes is read-only, it says which and changes nothing.
function __stsx_pop {
	\builtin local __stsx_start="${__stsx_frames[${#__stsx_frames[@]} - 1]}" __stsx_at __stsx_was __stsx_name __stsx_changed
	\builtin local __stsx_count="${__stsx_saved[__stsx_start]}"
	__stsx_changed=()
	for ((__stsx_at = __stsx_start + 1 + __stsx_count; __stsx_at < ${#__stsx_saved[@]}; __stsx_at += 3)); do
		__stsx_name=${__stsx_saved[__stsx_at]} __stsx_was=''
		[[ ${__stsx_saved[__stsx_at + 1]} == - ]] || __stsx_was=x${__stsx_saved[__stsx_at + 2]}
		[[ ${!__stsx_name+x}${!__stsx_name-} == "$__stsx_was" ]] || __stsx_changed+=("$__stsx_name")
	done
	if ((${#__stsx_changed[@]})); then
		__stsx_changeable "${__stsx_changed[@]}" || \builtin return
		\builtin unset -v "${__stsx_changed[@]}"
	fi
	__stsx_args=("${__stsx_saved[@]:__stsx_start+1:__stsx_count}")
	for ((__stsx_at = __stsx_start + 1 + __stsx_count; __stsx_at < ${#__stsx_saved[@]}; __stsx_at += 3)); do
		__stsx_restore "${__stsx_saved[@]:__stsx_at:3}"
	done
	__stsx_drop
}

# Makes the variable $1, which was unset where it changes, what it was: $2 is
# its flag, $3 its value.
function __stsx_restore {
	if [[ $2 != - && -z ${!1+x} ]]; then
		\builtin export "$1=$3"
	fi
	case $2 in
	x) \builtin export "${1?}" ;;
	u) \builtin export -n "${1?}" ;;
	esac
}

# Whether these variables can be changed. Where one is read-only it says so.
function __stsx_changeable {
	\builtin local __stsx_name
	if (\builtin unset -v "$@") 2>/dev/null; then
		\builtin return 0
	fi
	for __stsx_name in "$@"; do
		(\builtin unset -v "$__stsx_name") 2>/dev/null ||
			\builtin printf 'stsx: error: %s is read-only in this shell; nothing was changed\n' "$__stsx_name" >&2
	done
	\builtin return 1
}

# Restores what was there before the last use, and further back past sessions
# that have ended meanwhile.
function __stsx_back {
	__stsx_pop || \builtin return
	while ((${#__stsx_frames[@]} > 1)) && __stsx_session && ((__stsx_ends <= __stsx_now)); do
		__stsx_pop || \builtin return
	done
}

# The time, without a process: __stsx_now. Before bash 4.2 one process is
# started, when a session is first seen.
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 402)); then
	function __stsx_clock { \builtin printf -v __stsx_now '%(%s)T' -1; }
else
	function __stsx_clock {
		if [[ -z ${__stsx_epoch-} ]] || ((__stsx_epoch + SECONDS < __stsx_now)); then
			__stsx_epoch=$(\command date +%s)
			__stsx_epoch=$((__stsx_epoch - SECONDS)) # somebody may set SECONDS anew
		fi
		__stsx_now=$((__stsx_epoch + SECONDS))
	}
fi

# Reads the session in the environment into __stsx_ends; false when there is
# none. Digits only: arithmetic would run what else a variable holds.
function __stsx_session {
	case ${STSX_PROFILE:+.}${STSX_EXPIRES-} in
	. | .*[!0-9]* | [!.]* | '' | .??????????????*) \builtin return 1 ;;
	esac
	__stsx_ends=$((10#$STSX_EXPIRES))
	__stsx_clock
}

# Whether there is a session of exec --refresh, whose end moves.
function __stsx_renewing {
	[[ -n ${STSX_PROFILE-} && -z ${STSX_EXPIRES-} && -n ${AWS_CONTAINER_CREDENTIALS_FULL_URI-} ]]
}

# Puts $1 into __stsx_plain as it may stand in any prompt: signs that a prompt,
# a terminal or a status bar takes for its own and what can't be seen are ?.
function __stsx_sanitize {
	\builtin local __stsx_sign
	__stsx_plain=$1
	if ((${#__stsx_plain} > 64)); then
		__stsx_plain=${__stsx_plain:0:61}...
	fi
	case $__stsx_plain in *[!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@+=,-]*) ;; *) \builtin return 0 ;; esac
	__stsx_sign=$'[]!"#$%&\'*;<>?[\\\\^`{|}~]'
	# shellcheck disable=SC2295 # a pattern
	__stsx_plain=${__stsx_plain//$__stsx_sign/?}
	__stsx_plain=${__stsx_plain//[![:print:]]/?}
	# A range goes by the order of the locale; the letters stay what they are.
	\builtin local LC_CTYPE="${LC_ALL:-${LC_CTYPE:-${LANG-}}}" LC_COLLATE=C LC_ALL=
	__stsx_sign=$'[\xc2\xad\xcd\x8f\xd8\x9c\xe1\x85\x9f-\xe1\x85\xa0\xe1\x9e\xb4-\xe1\x9e\xb5\xe1\xa0\x8b-\xe1\xa0\x8f'
	__stsx_sign+=$'\xe2\x80\x8b-\xe2\x80\x8f\xe2\x80\xa8-\xe2\x80\xae\xe2\x81\xa0-\xe2\x81\xaf\xe3\x85\xa4'
	__stsx_sign+=$'\xee\x80\x80-\xef\xa3\xbf\xef\xb8\x80-\xef\xb8\x8f\xef\xbb\xbf\xef\xbe\xa0\xef\xbf\xb0-\xef\xbf\xbb'
	__stsx_sign+=$'\xf0\x9b\xb2\xa0-\xf0\x9b\xb2\xa3\xf0\x9d\x85\xb3-\xf0\x9d\x85\xba\xf3\xa0\x80\x80-\xf4\x8f\xbf\xbf]'
	# shellcheck disable=SC2295 # a pattern
	__stsx_plain=${__stsx_plain//$__stsx_sign/?}
}

# Puts the names of the session into __stsx_shown, and the warnings that PS0
# shows into __stsx_notice, when another session is there than before.
function __stsx_name {
	\builtin local __stsx_which="${STSX_EXPIRES-} $STSX_PROFILE ${STSX_ROLE-} ${STSX_ONLY-}"
	if [[ $__stsx_of != "$__stsx_which" ]]; then
		__stsx_of=$__stsx_which
		__stsx_sanitize "$STSX_PROFILE"
		__stsx_shown=$__stsx_plain
		if [[ -n ${STSX_ROLE-} ]]; then
			__stsx_sanitize "$STSX_ROLE"
			__stsx_shown+=" $__stsx_plain"
		fi
		case ${STSX_ONLY-} in
		'') ;;
		read-only* | view-only*) __stsx_shown+=' ro' ;;
		*) __stsx_shown+=' limited' ;;
		esac
		__stsx_warn_at=$((__stsx_ends - 299))
		__stsx_notice=('' "stsx: less than 5 minutes are left of $__stsx_shown"$'\n' "stsx: the session of $__stsx_shown has ended"$'\n')
	fi
}

# Puts the colour of a session that lasts for __stsx_left into __stsx_on and _off.
function __stsx_color {
	\builtin local __stsx_code=''
	case ${STSX_COLOR-} in
	red) __stsx_code=31 ;;
	green) __stsx_code=32 ;;
	yellow) __stsx_code=33 ;;
	blue) __stsx_code=34 ;;
	magenta) __stsx_code=35 ;;
	cyan) __stsx_code=36 ;;
	*) ((__stsx_left >= 900)) || __stsx_code=$((__stsx_left < 300 ? 31 : 33)) ;;
	esac
	((__stsx_left > 0)) || __stsx_code=31
	if [[ -n $__stsx_code ]]; then
		__stsx_on=$'\e['${__stsx_code}m __stsx_off=$'\e[0m'
	fi
}

# Puts the segment into __stsx_text, its colour into __stsx_on and _off. It is of a
# session that renews where STSX_EXPIRES is empty.
function __stsx_segment {
	\builtin local __stsx_left=900 __stsx_rest
	if [[ -n ${STSX_EXPIRES-} ]]; then
		__stsx_left=$((__stsx_ends - __stsx_now))
	fi
	__stsx_on='' __stsx_off=''
	if [[ -z ${NO_COLOR-} && ${TERM-} != dumb ]] && [[ -n ${STSX_COLOR-} || $__stsx_left -lt 900 ]]; then
		__stsx_color
	fi
	if [[ -z ${STSX_EXPIRES-} ]]; then
		__stsx_rest=renews
	elif ((__stsx_left <= 0)); then
		__stsx_rest=expired
	elif ((__stsx_left < 60)); then
		__stsx_rest=${__stsx_left}s
	elif ((__stsx_left < 3600)); then
		__stsx_rest=$((__stsx_left / 60))m
	else
		\builtin printf -v __stsx_rest '%dh%02dm' "$((__stsx_left / 3600))" "$((__stsx_left / 60 % 60))"
	fi
	__stsx_text="$__stsx_shown $__stsx_rest "
}

# The session has ended: renews it if that is wanted, else restores what was
# there before and says so.
function __stsx_lapse {
	\builtin local __stsx_code='' __stsx_arg __stsx_was="$__stsx_shown" __stsx_line
	if ((__stsx_renew)) && ((${#__stsx_frames[@]} > 1)) && [[ $__stsx_tried != "$__stsx_of" ]]; then
		__stsx_tried=$__stsx_of # once, even when it's interrupted
		if __stsx_renewable ${__stsx_args[@]+"${__stsx_args[@]}"}; then
			__stsx_code=$("$__stsx_self" env --shell bash --no-input --quiet ${__stsx_args[@]+"${__stsx_args[@]}"} \
				</dev/null 2>/dev/null) || __stsx_code=''
			__stsx_apply "$__stsx_code" || \builtin true
			if __stsx_session && ((__stsx_ends > __stsx_now)); then
				\builtin return 0
			fi
		fi
	fi
	__stsx_line="stsx: the session of $__stsx_was has ended; its keys are unset"
	if ((${#__stsx_frames[@]} > 1)); then
		__stsx_back || __stsx_stuck=$__stsx_of # a variable is read-only, which is said once
	fi
	if [[ $__stsx_stuck == "$__stsx_of" ]]; then
		\builtin return 0
	elif __stsx_renewing; then
		__stsx_name
		__stsx_line+=", and $__stsx_shown is in use again"
	elif __stsx_session; then
		if ((__stsx_ends > __stsx_now)); then
			__stsx_name
			__stsx_line+=", and $__stsx_shown is in use again"
		else # it came with the environment
			__stsx_code=$("$__stsx_self" env --unset --shell bash 2>/dev/null </dev/null) ||
				__stsx_code='unset -v AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION STSX_PROFILE STSX_ACCOUNT STSX_ROLE STSX_ONLY STSX_COLOR STSX_EXPIRES'
			if ! __stsx_apply "$__stsx_code"; then
				__stsx_stuck=$__stsx_of
				\builtin return 0
			fi
		fi
	fi
	\builtin printf '%s\n' "$__stsx_line" >&2
}

# Whether a use with these arguments can be had again without a question.
function __stsx_renewable {
	\builtin local __stsx_arg
	for __stsx_arg in "$@"; do
		case $__stsx_arg in --mfa-code* | --password-stdin*) \builtin return 1 ;; esac
	done
}

# Before each prompt.
function __stsx_tick {
	if __stsx_session; then
		__stsx_name
		if ((__stsx_watch)) && ((__stsx_ends <= __stsx_now)) && [[ $__stsx_stuck != "$__stsx_of" ]]; then
			__stsx_lapse
		fi
	fi
	if __stsx_session; then
		__stsx_name
		__stsx_segment
		__stsx_attach
		if ((__stsx_watch && __stsx_warn_at && __stsx_warn_at <= __stsx_now && BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
			__stsx_warn_at=0 # there is no PS0 to say it before a command
			\builtin printf %s "${__stsx_notice[1]}" >&2
		fi
	elif __stsx_renewing; then
		__stsx_name
		__stsx_warn_at=0
		__stsx_segment
		__stsx_attach
	else
		__stsx_text='' __stsx_on='' __stsx_off='' __stsx_warn_at=0
	fi
}

# The prompts refer to variables, and bash expands what is in a prompt once:
# no name is ever part of PS1 or PS0. They are looked at again each time, since
# frameworks write them anew.
# shellcheck disable=SC2016
function __stsx_attach {
	\builtin local __stsx_ref='\[${__stsx_on-}\]${__stsx_text-}\[${__stsx_off-}\]'
	\builtin local __stsx_ref0='${__stsx_notice[$((${__stsx_warn_at:-0} && \D{%s} >= __stsx_warn_at ? (__stsx_warn_at = 0, \D{%s} < __stsx_ends ? 1 : 2) : 0))]-}'
	if ! \builtin shopt -q promptvars; then # it would be shown as it stands
		__stsx_put PS1 "${PS1//"$__stsx_ref"/}"
		[[ -z ${PS0-} ]] || __stsx_put PS0 "${PS0//"$__stsx_ref0"/}"
		\builtin return
	fi
	if [[ -n $__stsx_prompt && ${PS1-} != *"$__stsx_ref"* ]]; then
		__stsx_put PS1 "$__stsx_ref${PS1-}"
	fi
	if ((__stsx_watch)) && [[ ${PS0-} != *"$__stsx_ref0"* ]]; then
		__stsx_put PS0 "${PS0-}$__stsx_ref0"
	fi
}

# Assigns $2 to $1. A read-only variable keeps what it has, and ends nothing.
function __stsx_put {
	\builtin printf -v "$1" %s "$2" 2>/dev/null || \builtin return 0
}

# What comes after it in PROMPT_COMMAND sees the same $?, unless a status that
# is not 0 would end the shell.
function __stsx_precmd {
	\builtin local __stsx_status="$?"
	__stsx_untraced __stsx_tick || \builtin true
	if [[ $- != *e* ]]; then
		\builtin return "$__stsx_status"
	fi
}

if [[ -n $__stsx_prompt || $__stsx_watch == 1 ]] && [[ " ${PROMPT_COMMAND[*]-} " != *__stsx_precmd* ]]; then
	if ! \builtin printf -v PROMPT_COMMAND %s "${PROMPT_COMMAND-}" 2>/dev/null; then
		\builtin printf 'stsx: PROMPT_COMMAND is read-only in this shell: the prompt shows no session, and nothing says when one ends\n' >&2
	elif ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)) && [[ ${PROMPT_COMMAND+x} && ${PROMPT_COMMAND@a} == *a* ]]; then
		PROMPT_COMMAND+=(__stsx_precmd)
	else
		# shellcheck disable=SC2128,SC2178 # of an array before bash 5.1 only this element counts
		PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__stsx_precmd
	fi
fi
