package shellinit

import "strings"

// A guard is what stands before and after the statements so that the shell
// takes all of them or none: where one of the variables can't be changed there,
// it says which on standard error, and ends with status 1. names are all
// variables, gone those of them that have to go so that others count.
type guard func(names, gone []string) (before, after string)

// guardPosix looks for read-only variables. The subshell is what an assignment
// that fails would end.
func guardPosix(names, _ []string) (before, after string) {
	all := strings.Join(names, " ")
	return "if (unset -v " + all + ") 2>/dev/null; then\n",
		"else\n" +
			"(for __stsx_name in " + all + "; do\n" +
			"(unset -v \"$__stsx_name\") 2>/dev/null || " +
			"\\printf 'stsx: error: %s is read-only in this shell; nothing was changed\\n' \"$__stsx_name\" >&2;\n" +
			"done; exit 1);\n" +
			"fi;\n"
}

// guardFish looks for what stands before a global variable or shows behind it:
// variables of a function or a block, and universal ones, which nothing hides
// from the programs that fish starts.
func guardFish(names, gone []string) (before, after string) {
	universal := ""
	if len(gone) > 0 {
		universal = "for __stsx_name in " + strings.Join(gone, " ") + "; set -qUx $__stsx_name; and set -a __stsx_fixed " +
			"\"$__stsx_name is a universal variable (set -eU $__stsx_name erases it)\"; end;\n"
	}
	return "begin;\n" +
			"set -l __stsx_name; set -l __stsx_fixed;\n" +
			"for __stsx_name in " + strings.Join(names, " ") + "; set -ql $__stsx_name; and set -a __stsx_fixed " +
			"\"$__stsx_name is local to this function or block\"; end;\n" +
			universal +
			"if set -q __stsx_fixed[1];\n" +
			"builtin printf 'stsx: error: %s; nothing was changed\\n' $__stsx_fixed >&2; false;\n" +
			"else;\n",
		"end;\nend;\n"
}
