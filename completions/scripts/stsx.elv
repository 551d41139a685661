# Completion of stsx in elvish. What it asks and is answered is in the
# documentation of the package completions.

use str

fn __stsx_ask {|words|
  try {
    (external $__stsx_self) __complete elvish (- (count $words) 2) (all $words[1..]) 2>/dev/null
  } catch e {
    nop
  }
}

# A shell without a terminal has no edit:, not even to be named in a function
# that nobody calls.
var __stsx_attach_completion = '
  set edit:completion:arg-completer[$__stsx_cmd] = {|@words|
    var lines = [(__stsx_ask $words)]
    if (== (count $lines) 0) {
      return
    }
    var kind @rest = (str:split &max=2 " " $lines[0])
    if (eq $kind files) {
      # The prefix is what stands before the name in --config=NAME.
      var prefix = (str:join "" $rest)
      edit:complete-filename (str:trim-prefix $words[-1] $prefix) | each {|file|
        edit:complex-candidate $prefix$file[stem] &display=$file[stem] &code-suffix=$file[code-suffix]
      }
    } elif (eq $kind command) {
      edit:complete-sudo sudo (all $words[(+ 1 $rest[0])..])
    } else {
      for line $lines[1..] {
        var value @about = (str:split &max=2 "\t" $line)
        if (== (count $about) 0) {
          edit:complex-candidate $value &code-suffix=" "
        } else {
          edit:complex-candidate $value &code-suffix=" " &display=$value"  "$about[0]
        }
      }
    }
  }
'
try {
  eval 'nop $edit:prompt'
} catch e {
  set __stsx_attach_completion = ''
}
eval $__stsx_attach_completion
