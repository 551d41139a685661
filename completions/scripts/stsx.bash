# shellcheck shell=bash
# Completion of stsx in bash, 3.2 or newer. What it asks and is answered is in
# the documentation of the package completions.

__stsx_complete() {
	local answer kind='' at='' value about __stsx_values=0
	COMPREPLY=()
	answer=$("${__stsx_self:-stsx}" __complete bash "${COMP_LINE:0:COMP_POINT}" "${2-}" "${COMP_WORDS[@]}" 2>/dev/null) || return 0
	while IFS=$'\t' \builtin read -r value about; do
		if [[ -z $kind ]]; then
			IFS=' ' \builtin read -r kind at <<<"$value"
			continue
		fi
		# On the second Tab bash only lists: there is room to say what a
		# candidate is.
		if [[ ${COMP_TYPE-} == 63 && -n $about && $answer == *$'\n'*$'\n'* ]]; then
			value+="  ($about)"
		fi
		COMPREPLY[__stsx_values++]=$value
	done <<<"$answer"
	case $kind in
	files) \builtin compopt -o filenames -o bashdefault -o default 2>/dev/null ;;
	command) __stsx_hand_over "$at" ;;
	esac
	return 0
}

# The line from COMP_WORDS[$1] on is another command's.
__stsx_hand_over() {
	if \builtin declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset "$1"
		return 0
	elif \builtin declare -F _command_offset >/dev/null; then
		_command_offset "$1"
		return 0
	fi
	local i word specification function
	for ((i = 0; i < $1; i++)); do
		word=${COMP_WORDS[i]}
		while [[ -n $COMP_LINE && $COMP_LINE != "$word"* ]]; do
			COMP_LINE=${COMP_LINE:1}
			((COMP_POINT -= 1))
		done
		COMP_LINE=${COMP_LINE:${#word}}
		((COMP_POINT -= ${#word}))
	done
	while [[ $COMP_LINE == [[:space:]]* ]]; do
		COMP_LINE=${COMP_LINE:1}
		((COMP_POINT -= 1))
	done
	COMP_WORDS=("${COMP_WORDS[@]:$1}")
	((COMP_CWORD -= $1))
	if ((COMP_CWORD <= 0)); then
		i=0
		while IFS= \builtin read -r word; do
			[[ -z $word ]] || COMPREPLY[i++]=$word
		done <<<"$(\builtin compgen -c -- "${COMP_WORDS[0]-}")"
		return 0
	fi
	specification=$(\builtin complete -p -- "${COMP_WORDS[0]##*/}" 2>/dev/null)
	if [[ $specification == *' -F '* ]]; then
		function=${specification##* -F }
		function=${function%% *}
		"$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	else
		\builtin compopt -o filenames -o bashdefault -o default 2>/dev/null
	fi
	return 0
}

\builtin complete -o nosort -F __stsx_complete "${__stsx_cmd:-stsx}" 2>/dev/null ||
	\builtin complete -F __stsx_complete "${__stsx_cmd:-stsx}"
