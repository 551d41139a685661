# stsx for zsh, 5.0 and later. What a hook promises stands in README.md beside
# this file; the options are assigned before it. Each function that does more
# than pass words on sets zsh's own options for itself; words that could be
# somebody's alias are quoted.

# Frames of what was there before each use, flat: how many arguments that use
# had, they, and a name, a flag (x exported, u not, - unset) and a value for
# each variable. Arrays, since zsh exports none. Of __stsx_frames each is how
# long __stsx_saved was before.
if [[ -z ${__stsx_loaded-} || ${(t)__stsx_loaded} == *export* ]]; then
	\builtin typeset -g +x __stsx_loaded=1
	\builtin typeset -ga __stsx_frames __stsx_saved __stsx_args
	\builtin typeset -g __stsx_of='' __stsx_shown='' __stsx_warned='' __stsx_tried='' __stsx_stuck='' __stsx_ends='' __stsx_now='' __stsx_plain='' __stsx_text='' __stsx_tone=''
fi

\builtin eval "function \\${__stsx_cmd} { __stsx_main \"\$@\"; }"

function __stsx_main {
	case "${1-}" in
	'use')
		\builtin shift
		__stsx_use "$@"
		;;
	'unuse')
		\builtin shift
		__stsx_unuse "$@"
		;;
	*) "$__stsx_self" "$@" ;;
	esac
}

# Nothing changes unless stsx succeeds.
function __stsx_use {
	\builtin emulate -L zsh
	\builtin setopt no_aliases no_xtrace no_all_export no_err_exit no_err_return # a trace would show the keys
	\builtin local __stsx_arg __stsx_code __stsx_was
	for __stsx_arg in "$@"; do
		case "$__stsx_arg" in
		-h | --help* | --shell* | --unset* | --force*)
			"$__stsx_self" 'use' "$@"
			\builtin return
			;;
		esac
	done
	__stsx_code="$("$__stsx_self" 'env' --shell 'zsh' "$@")" || \builtin return
	__stsx_was=${STSX_PROFILE-}
	__stsx_push
	if ! \builtin eval "$__stsx_code"; then # a variable is read-only
		__stsx_drop
		\builtin return 1
	fi
	if ((${#__stsx_frames} > 1)) && [[ "$__stsx_was" == "${STSX_PROFILE-}" ]]; then
		__stsx_drop # the same again takes its own place
	fi
	__stsx_args=("--relative-to=${PWD-}" "$@")
	\builtin return 0
}

function __stsx_unuse {
	\builtin emulate -L zsh
	\builtin setopt no_aliases no_xtrace no_all_export no_err_exit no_err_return
	\builtin local __stsx_code
	if (($#)); then
		"$__stsx_self" 'unuse' "$@"
		\builtin return
	fi
	if ((${#__stsx_frames})); then
		__stsx_back
		\builtin return
	elif [[ -n "${STSX_EXPIRES-}" ]] || __stsx_renewing; then # the session came with the environment
		__stsx_code="$("$__stsx_self" 'env' --unset --shell 'zsh')" || \builtin return
		\builtin eval "$__stsx_code"
		\builtin return
	else
		\builtin print -ru2 -- 'stsx: no profile is in use'
		\builtin return 1
	fi
	\builtin return 0
}

# Puts a frame on the stack.
function __stsx_push {
	\builtin local __stsx_name __stsx_flag
	__stsx_frames+=(${#__stsx_saved})
	__stsx_saved+=(${#__stsx_args} "${(@)__stsx_args}")
	for __stsx_name in ${(s: :)__stsx_names}; do
		case "${(Pt)__stsx_name}" in
		'') __stsx_flag=- ;;
		*export*) __stsx_flag=x ;;
		*) __stsx_flag=u ;;
		esac
		__stsx_saved+=("$__stsx_name" "$__stsx_flag" "${(P)__stsx_name-}")
	done
}

# Takes the last frame off the stack.
function __stsx_drop {
	__stsx_saved=("${(@)__stsx_saved[1,${__stsx_frames[-1]}]}")
	__stsx_frames[-1]=()
}

# Restores what the last frame says, and takes it off. Where one of what it
# changes is read-only, it says which and changes nothing.
function __stsx_pop {
	\builtin local __stsx_name __stsx_value __stsx_was
	\builtin local -i __stsx_at=$((__stsx_frames[-1] + 1)) __stsx_fixed=0
	\builtin local -i __stsx_count=${__stsx_saved[__stsx_at]}
	for ((__stsx_at += __stsx_count + 1; __stsx_at < ${#__stsx_saved}; __stsx_at += 3)); do
		__stsx_name=${__stsx_saved[__stsx_at]} __stsx_was=x${__stsx_saved[__stsx_at + 2]}
		if [[ "${__stsx_saved[__stsx_at + 1]}" == - ]]; then
			__stsx_was=''
		fi
		if [[ "${(Pt)__stsx_name}" == *readonly* && "${(P)__stsx_name+x}${(P)__stsx_name-}" != "$__stsx_was" ]]; then
			\builtin print -ru2 -- "stsx: error: $__stsx_name is read-only in this shell; nothing was changed"
			__stsx_fixed=1
		fi
	done
	if ((__stsx_fixed)); then
		\builtin return 1
	fi
	__stsx_at=$((__stsx_frames[-1] + 1))
	__stsx_args=()
	if ((__stsx_count)); then
		__stsx_args=("${(@)__stsx_saved[__stsx_at+1,__stsx_at+__stsx_count]}")
	fi
	for ((__stsx_at += __stsx_count + 1; __stsx_at < ${#__stsx_saved}; __stsx_at += 3)); do
		__stsx_name=${__stsx_saved[__stsx_at]} __stsx_value=${__stsx_saved[__stsx_at + 2]}
		if [[ "${(Pt)__stsx_name}" == *readonly* ]]; then
			\builtin continue # it is what it was
		fi
		\builtin unset "$__stsx_name"
		case "${__stsx_saved[__stsx_at + 1]}" in
		x) \builtin typeset -gx "$__stsx_name=$__stsx_value" ;;
		u) \builtin typeset -g "$__stsx_name=$__stsx_value" ;;
		esac
	done
	__stsx_drop
}

# Restores what was there before the last use, and further back past sessions
# that have ended meanwhile.
function __stsx_back {
	__stsx_pop || \builtin return
	while ((${#__stsx_frames})) && __stsx_session && ((__stsx_ends <= __stsx_now)); do
		__stsx_pop || \builtin return
	done
	\builtin return 0
}

# Reads the session in the environment into __stsx_ends, and the time into
# __stsx_now; false when there is no session. Digits only: arithmetic would run
# what else a variable holds.
function __stsx_session {
	if [[ -z "${STSX_PROFILE-}" || -z "${STSX_EXPIRES-}" || "$STSX_EXPIRES" == *[^0-9]* || ${#STSX_EXPIRES} -gt 13 ]]; then
		\builtin return 1
	fi
	__stsx_ends=$((10#$STSX_EXPIRES))
	\builtin local __stsx_form='%D{%s}' # under ignore_braces the first } would end an expansion that holds it
	__stsx_now=${(%)__stsx_form}
}

# Whether there is a session of exec --refresh, whose end moves.
function __stsx_renewing {
	[[ -n "${STSX_PROFILE-}" && -z "${STSX_EXPIRES-}" && -n "${AWS_CONTAINER_CREDENTIALS_FULL_URI-}" ]]
}

# Puts $1 into __stsx_plain as it may stand in any prompt: signs that a prompt,
# a terminal or a status bar takes for its own and what can't be seen are ?.
function __stsx_sanitize {
	\builtin local __stsx_sign
	__stsx_plain=$1
	if ((${#__stsx_plain} > 64)); then
		__stsx_plain=${__stsx_plain[1,61]}...
	fi
	if [[ "$__stsx_plain" != *[^abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@+=,-]* ]]; then
		\builtin return 0
	fi
	__stsx_sign=$'[]!"#$%&\'*;<>?[\\\\^`{|}~]'
	__stsx_plain=${__stsx_plain//$~__stsx_sign/?}
	__stsx_plain=${__stsx_plain//[^[:print:]]/?}
	__stsx_sign=$'[\xc2\xad\xcd\x8f\xd8\x9c\xe1\x85\x9f-\xe1\x85\xa0\xe1\x9e\xb4-\xe1\x9e\xb5\xe1\xa0\x8b-\xe1\xa0\x8f'
	__stsx_sign+=$'\xe2\x80\x8b-\xe2\x80\x8f\xe2\x80\xa8-\xe2\x80\xae\xe2\x81\xa0-\xe2\x81\xaf\xe3\x85\xa4'
	__stsx_sign+=$'\xee\x80\x80-\xef\xa3\xbf\xef\xb8\x80-\xef\xb8\x8f\xef\xbb\xbf\xef\xbe\xa0\xef\xbf\xb0-\xef\xbf\xbb'
	__stsx_sign+=$'\xf0\x9b\xb2\xa0-\xf0\x9b\xb2\xa3\xf0\x9d\x85\xb3-\xf0\x9d\x85\xba\xf3\xa0\x80\x80-\xf4\x8f\xbf\xbf]'
	__stsx_plain=${__stsx_plain//$~__stsx_sign/?}
}

# Puts the names of the session into __stsx_shown, when another is there than
# before.
function __stsx_name {
	\builtin local __stsx_which="${STSX_EXPIRES-} $STSX_PROFILE ${STSX_ROLE-} ${STSX_ONLY-}"
	if [[ "$__stsx_of" != "$__stsx_which" ]]; then
		__stsx_of=$__stsx_which
		__stsx_sanitize "$STSX_PROFILE"
		__stsx_shown=$__stsx_plain
		if [[ -n "${STSX_ROLE-}" ]]; then
			__stsx_sanitize "$STSX_ROLE"
			__stsx_shown+=" $__stsx_plain"
		fi
		case "${STSX_ONLY-}" in
		'') ;;
		read-only* | view-only*) __stsx_shown+=' ro' ;;
		*) __stsx_shown+=' limited' ;;
		esac
	fi
}

# Puts the segment into __stsx_text, its colour into __stsx_tone. It is of a session that
# renews where STSX_EXPIRES is empty.
function __stsx_segment {
	\builtin local -i __stsx_left=900
	\builtin local __stsx_minutes
	if [[ -n "${STSX_EXPIRES-}" ]]; then
		__stsx_left=$((__stsx_ends - __stsx_now))
	fi
	__stsx_tone=''
	if [[ -z "${NO_COLOR-}" && "${TERM-}" != dumb ]]; then
		case "${STSX_COLOR-}" in
		red | green | yellow | blue | magenta | cyan) __stsx_tone=$STSX_COLOR ;;
		*) ((__stsx_left >= 900)) || __stsx_tone='yellow' ;;
		esac
		if ((__stsx_left <= 0)) || { ((__stsx_left < 300)) && [[ "$__stsx_tone" != "${STSX_COLOR-}" ]]; }; then
			__stsx_tone='red'
		fi
	fi
	if [[ -z "${STSX_EXPIRES-}" ]]; then
		__stsx_text="$__stsx_shown renews"
	elif ((__stsx_left <= 0)); then
		__stsx_text="$__stsx_shown expired"
	elif ((__stsx_left < 60)); then
		__stsx_text="$__stsx_shown ${__stsx_left}s"
	elif ((__stsx_left < 3600)); then
		__stsx_text="$__stsx_shown $((__stsx_left / 60))m"
	else
		__stsx_minutes=$((__stsx_left / 60 % 60))
		__stsx_text="$__stsx_shown $((__stsx_left / 3600))h${(l:2::0:)__stsx_minutes}m"
	fi
}

# The session has ended: renews it if that is wanted, else restores what was
# there before and says so.
function __stsx_lapse {
	\builtin local __stsx_code='' __stsx_was=$__stsx_shown __stsx_line
	\builtin local -a __stsx_once
	if ((__stsx_renew && ${#__stsx_frames})) && [[ "$__stsx_tried" != "$__stsx_of" ]]; then
		__stsx_tried=$__stsx_of # once, even when it's interrupted
		__stsx_once=("${(@M)__stsx_args:#--(mfa-code|password-stdin)*}")
		if ((${#__stsx_once} == 0)); then
			__stsx_code="$("$__stsx_self" 'env' --shell 'zsh' --no-input --quiet "${(@)__stsx_args}" </dev/null 2>/dev/null)" || __stsx_code=''
			\builtin eval "$__stsx_code"
			if __stsx_session && ((__stsx_ends > __stsx_now)); then
				\builtin return 0
			fi
		fi
	fi
	__stsx_line="stsx: the session of $__stsx_was has ended; its keys are unset"
	if ((${#__stsx_frames})); then
		__stsx_back || __stsx_stuck=$__stsx_of # a variable is read-only, which is said once
	fi
	if [[ "$__stsx_stuck" == "$__stsx_of" ]]; then
		\builtin return 0
	elif __stsx_renewing; then
		__stsx_name
		__stsx_line+=", and $__stsx_shown is in use again"
	elif __stsx_session; then
		if ((__stsx_ends > __stsx_now)); then
			__stsx_name
			__stsx_line+=", and $__stsx_shown is in use again"
		else # it came with the environment
			__stsx_code="$("$__stsx_self" 'env' --unset --shell 'zsh' </dev/null 2>/dev/null)" ||
				__stsx_code='unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION STSX_PROFILE STSX_ACCOUNT STSX_ROLE STSX_ONLY STSX_COLOR STSX_EXPIRES'
			if ! \builtin eval "$__stsx_code"; then
				__stsx_stuck=$__stsx_of
				\builtin return 0
			fi
		fi
	fi
	\builtin print -ru2 -- "$__stsx_line"
}

# Before each prompt. zsh itself keeps $? for what comes after.
function __stsx_precmd {
	if [[ -o prompt_percent ]]; then
		__stsx_tick 1
	else
		__stsx_tick 0
	fi
}

function __stsx_tick {
	\builtin emulate -L zsh
	\builtin setopt no_aliases no_xtrace no_all_export no_err_exit no_err_return
	if __stsx_session; then
		__stsx_name
		if ((__stsx_watch && __stsx_ends <= __stsx_now)) && [[ "$__stsx_stuck" != "$__stsx_of" ]]; then
			__stsx_lapse
		fi
	fi
	__stsx_text='' __stsx_tone=''
	if __stsx_session || __stsx_renewing; then
		__stsx_name
		__stsx_segment
		if (($1)); then
			__stsx_attach
		fi
	elif ((${#psvar} >= 97)) && [[ -n "${psvar[97]-}" && "${(t)psvar}" != *readonly* ]]; then
		__stsx_paint
	fi
	\builtin return 0
}

# The prompts refer to elements of psvar, which zsh never expands: no name is
# ever part of PROMPT, whatever PROMPT_SUBST is. They are looked at again each
# time, since themes write them anew.
function __stsx_attach {
	[[ "${(t)psvar}" != *readonly* ]] || \builtin return 0
	\builtin local __stsx_ref='%(97V.%(91V.%F{red}.)%(92V.%F{green}.)%(93V.%F{yellow}.)%(94V.%F{blue}.)%(95V.%F{magenta}.)%(96V.%F{cyan}.)%97v%(98V.%f.) .)'
	case "$__stsx_prompt" in
	left) [[ "${PROMPT-}" == *"$__stsx_ref"* || "${(t)PROMPT}" == *readonly* ]] || PROMPT=$__stsx_ref${PROMPT-} ;;
	right) [[ "${RPROMPT-}" == *"$__stsx_ref"* || "${(t)RPROMPT}" == *readonly* ]] || RPROMPT=$__stsx_ref${RPROMPT-} ;;
	*) \builtin return 0 ;;
	esac
	psvar[97]=$__stsx_text
	if [[ "${psvar[98]-}" != "$__stsx_tone" ]]; then
		__stsx_paint
	fi
}

# Puts the colour where the prompts look for it: one of psvar[91] to psvar[96].
function __stsx_paint {
	\builtin local __stsx_name
	psvar[91,98]=('' '' '' '' '' '' "$__stsx_text" "$__stsx_tone")
	\builtin local -i __stsx_at=90
	for __stsx_name in red green yellow blue magenta cyan; do
		((++__stsx_at))
		if [[ "$__stsx_name" == "$__stsx_tone" ]]; then
			psvar[__stsx_at]=$__stsx_tone
		fi
	done
}

# Before each command.
function __stsx_preexec {
	\builtin emulate -L zsh
	\builtin setopt no_aliases no_xtrace no_all_export no_err_exit no_err_return
	if __stsx_session && ((__stsx_ends - __stsx_now < 300)); then
		__stsx_name
		if [[ "$__stsx_warned" != "$__stsx_of" ]]; then
			__stsx_warned=$__stsx_of
			if ((__stsx_ends > __stsx_now)); then
				\builtin print -ru2 -- "stsx: less than 5 minutes are left of $__stsx_shown"
			else
				\builtin print -ru2 -- "stsx: the session of $__stsx_shown has ended"
			fi
		fi
	fi
	\builtin return 0
}

# Puts $2 into the array $1.
function __stsx_join {
	\builtin emulate -L zsh
	\builtin setopt no_aliases no_xtrace no_all_export no_err_exit no_err_return
	if [[ "${(Pt)1}" == *readonly* ]]; then
		\builtin print -ru2 -- "stsx: $1 is read-only in this shell: the prompt may show no session, and nothing say when one ends"
	elif [[ " ${(P)1} " != *" $2 "* ]]; then
		\builtin eval "$1+=(\$2)"
	fi
}
if [[ -n "$__stsx_prompt" || "$__stsx_watch" == 1 ]]; then
	__stsx_join precmd_functions __stsx_precmd
fi
if [[ "$__stsx_watch" == 1 ]]; then
	__stsx_join preexec_functions __stsx_preexec
fi
