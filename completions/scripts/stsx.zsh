#compdef stsx
# Completion of stsx in zsh. What it asks and is answered is in the
# documentation of the package completions.

_stsx() {
	\builtin emulate -L zsh
	\builtin setopt extended_glob no_aliases
	\builtin local answer line value about prefix tab=$'\t'
	\builtin local -a lines values shown before
	\builtin integer width
	before=("${(@Q)words[2,CURRENT-1]}")
	answer=$("${__stsx_self:-stsx}" __complete zsh ${#before} "${before[@]}" "${(Q)PREFIX}" 2>/dev/null) || return 1
	lines=("${(@f)answer}")
	case ${lines[1]} in
	(command\ *)
		\builtin shift $(( ${lines[1]#command } + 1 )) words
		(( CURRENT -= ${lines[1]#command } + 1 ))
		_normal -p stsx
		return
		;;
	(files*)
		prefix=${lines[1]#files }
		[[ -n $prefix ]] && compset -P "${(b)prefix}"
		_files
		return
		;;
	(values) ;;
	(*) return 1 ;;
	esac
	\builtin shift lines
	for line in "${lines[@]}"; do
		value=${line%%$tab*}
		[[ -n $value ]] || continue
		values+=("$value")
		(( ${#value} > width )) && width=${#value}
	done
	for line in "${lines[@]}"; do
		value=${line%%$tab*} about=''
		[[ -n $value ]] || continue
		[[ $line == *$tab* ]] && about=${line#*$tab}
		shown+=("${(r:$width:)value}${about:+  -- $about}")
	done
	(( ${#values} )) || return 1
	# A menu column of descriptions is worth its space only when there are any.
	if [[ "${(j::)shown}" == *'  -- '* ]]; then
		compadd -l -d shown -a -- values
	else
		compadd -a -- values
	fi
}

if [[ ${funcstack[1]-} == _stsx ]]; then
	_stsx "$@"
elif (( ${+functions[compdef]} )); then
	compdef _stsx ${__stsx_cmd:-stsx}
else
	# compinit has not run yet: wait for it.
	__stsx_compdef() {
		(( ${+functions[compdef]} )) || \builtin return 0
		compdef _stsx ${__stsx_cmd:-stsx}
		precmd_functions=(${precmd_functions:#__stsx_compdef})
		\builtin unset -f __stsx_compdef
	}
	\builtin typeset -ga precmd_functions
	precmd_functions=(${precmd_functions:#__stsx_compdef} __stsx_compdef)
fi
