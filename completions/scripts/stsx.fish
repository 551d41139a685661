# Completion of stsx in fish, 3.1 or newer. What it asks and is answered is in
# the documentation of the package completions.

function __stsx_complete
    set -l self stsx
    set -q __stsx_self; and set self $__stsx_self
    # -o gives words without their quotes, in which nothing is expanded; the
    # last one fish gives as it was typed.
    set -l before (commandline -opc)[2..-1]
    set -l word (commandline -ct)
    set -l current (string unescape -- $word 2>/dev/null; or string trim --left --chars='\'"' -- $word)
    set -l answer (command $self __complete fish (count $before) $before "$current" 2>/dev/null)
    switch "$answer[1]"
        case values
            for candidate in $answer[2..-1]
                printf '%s\n' $candidate
            end
        case 'files*'
            set -l prefix (string replace -r '^files ' '' -- $answer[1])
            for file in (__fish_complete_path (string replace -- "$prefix" '' $word))
                printf '%s%s\n' $prefix $file
            end
        case 'command *'
            set -l first (math 1 + (string replace 'command ' '' -- $answer[1]))
            # What fish completes here is a text, so the words get quotes again.
            set -l line (string escape -- $before[$first..-1]) $word
            complete -C "$line"
    end
end

set -q __stsx_cmd; or set -l __stsx_cmd stsx
string match -q '*__stsx_complete*' -- (complete -c $__stsx_cmd)
or complete -c $__stsx_cmd -f -a '(__stsx_complete)'
