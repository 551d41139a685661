#compdef stsx
# Completion of stsx in zsh. What it asks and is answered is in the
# documentation of the package completions. It works evaluated, and as a file
# _stsx in $fpath.

__stsx_complete() {
	\builtin emulate -L zsh
	\builtin setopt extended_glob no_aliases
	\builtin local answer line value about prefix tab=$'\t'
	\builtin local -a lines values shown before
	\builtin integer width
	before=("${(@Q)words[2,CURRENT-1]}")
	answer=$("${__stsx_self:-stsx}" __complete zsh ${#before} "${before[@]}" "${(Q)PREFIX}" 2>/dev/null) || return 1
	lines=("${(@f)answer}")
	case ${lines[1]} in
	command\ *)
		\builtin shift $((${lines[1]#command } + 1)) words
		((CURRENT -= ${lines[1]#command } + 1))
		_normal -p stsx
		return
		;;
	files*)
		prefix=${lines[1]#files }
		[[ -n $prefix ]] && compset -P "${(b)prefix}"
		_files
		return
		;;
	values) ;;
	*) return 1 ;;
	esac
	\builtin shift lines
	for line in "${lines[@]}"; do
		value=${line%%$tab*}
		[[ -n $value ]] || continue
		values+=("$value")
		((${#value} > width)) && width=${#value}
	done
	for line in "${lines[@]}"; do
		value=${line%%$tab*} about=
		[[ -n $value ]] || continue
		[[ $line == *$tab* ]] && about=${line#*$tab}
		shown+=("${(r:$width:)value}${about:+  -- $about}")
	done
	((${#values})) || return 1
	# A line for each is worth its space only when there is more to say.
	if [[ "${(j::)shown}" == *'  -- '* ]]; then
		compadd -l -d shown -a -- values
	else
		compadd -a -- values
	fi
}

# Before compinit has run there is no compdef: this waits for it, once.
__stsx_compdef() {
	\builtin emulate -L zsh
	precmd_functions=(${precmd_functions:#__stsx_compdef})
	if ((${+functions[compdef]})); then
		compdef __stsx_complete "${__stsx_cmd:-stsx}"
		\builtin unset -f __stsx_compdef
	elif [[ ${1-} == wait ]]; then
		precmd_functions+=(__stsx_compdef)
	fi
	\builtin return 0
}

if ((${funcstack[(I)_stsx]-0})); then
	__stsx_complete "$@"
else
	\builtin typeset -ga precmd_functions
	__stsx_compdef wait
fi
