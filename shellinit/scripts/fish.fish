# stsx for fish, 3.1 and later. What a hook promises stands in README.md beside
# this file; the options are assigned before it.

# How many frames of what was there before a use there are. A frame is one
# variable for each that was a global one, __stsx_saved_DEPTH_NAME: x or u
# (exported or not) and the values. A universal variable shows again when the
# global one in front of it is gone.
if not set -qg __stsx_depth; or set -qgx __stsx_depth
    set -gu __stsx_depth 0
    set -gu __stsx_wraps 0
    set -gu __stsx_args
    set -gu __stsx_of ''
    set -gu __stsx_shown ''
    set -gu __stsx_warned ''
    set -gu __stsx_tried ''
    set -gu __stsx_text ''
    set -gu __stsx_segment ''
end

function $__stsx_cmd --description 'AWS credentials through Okta'
    switch "$argv[1]"
        case use
            __stsx_use $argv[2..-1]
        case unuse
            __stsx_unuse $argv[2..-1]
        case '*'
            command $__stsx_self $argv
    end
end

# Nothing changes unless stsx succeeds.
function __stsx_use
    for __stsx_arg in $argv
        switch $__stsx_arg
            case -h '--help*' '--shell*' '--unset*' '--force*'
                command $__stsx_self use $argv
                return
        end
    end
    # Not (…), which a redirection of this function's stderr does not reach.
    command $__stsx_self env --shell fish $argv | read --local --null __stsx_code
    set -l __stsx_status $pipestatus[1]
    test $__stsx_status -eq 0
    or return $__stsx_status
    set -l __stsx_was "$STSX_PROFILE"
    __stsx_push
    builtin printf %s "$__stsx_code" | source
    if test $__stsx_depth -gt 1; and test "$__stsx_was" = "$STSX_PROFILE"
        __stsx_drop # the same again takes its own place
    end
    set -gu __stsx_args --relative-to=$PWD $argv
    return 0
end

function __stsx_unuse
    if set -q argv[1]
        command $__stsx_self unuse $argv
        return
    end
    if test $__stsx_depth -gt 0
        __stsx_back
    else if test -n "$STSX_EXPIRES"; or __stsx_renewing # the session came with the environment
        command $__stsx_self env --unset --shell fish | read --local --null __stsx_code
        set -l __stsx_status $pipestatus[1]
        test $__stsx_status -eq 0
        or return $__stsx_status
        builtin printf %s "$__stsx_code" | source
    else
        echo 'stsx: no profile is in use' >&2
        return 1
    end
    return 0
end

# Puts a frame on the stack.
function __stsx_push
    set -gu __stsx_depth (builtin math $__stsx_depth + 1)
    set -gu __stsx_saved_{$__stsx_depth}_args $__stsx_args
    for __stsx_name in (builtin string split ' ' -- $__stsx_names)
        if set -qgx $__stsx_name
            set -gu __stsx_saved_{$__stsx_depth}_$__stsx_name x $$__stsx_name
        else if set -qg $__stsx_name
            set -gu __stsx_saved_{$__stsx_depth}_$__stsx_name u $$__stsx_name
        end
    end
end

# Takes the last frame off the stack.
function __stsx_drop
    for __stsx_name in args (builtin string split ' ' -- $__stsx_names)
        set -l __stsx_frame __stsx_saved_{$__stsx_depth}_$__stsx_name
        set -qg $__stsx_frame
        and set -eg $__stsx_frame
    end
    set -gu __stsx_depth (builtin math $__stsx_depth - 1)
end

# Restores what the last frame says, and takes it off.
function __stsx_pop
    set -l __stsx_frame __stsx_saved_{$__stsx_depth}_args
    set -gu __stsx_args $$__stsx_frame
    for __stsx_name in (builtin string split ' ' -- $__stsx_names)
        set __stsx_frame __stsx_saved_{$__stsx_depth}_$__stsx_name
        set -l __stsx_values $$__stsx_frame
        set -qg $__stsx_name
        and set -eg $__stsx_name
        switch "$__stsx_values[1]"
            case x
                set -gx $__stsx_name $__stsx_values[2..-1]
            case u
                set -gu $__stsx_name $__stsx_values[2..-1]
        end
    end
    __stsx_drop
end

# Restores what was there before the last use, and further back past sessions
# that have ended meanwhile.
function __stsx_back
    __stsx_pop
    while test $__stsx_depth -gt 0; and __stsx_session; and test $__stsx_left -le 0
        __stsx_pop
    end
end

# How long the session in the environment lasts: __stsx_left. No process is
# started: fish has no clock, but since 3.6 it tells when a file was changed and
# how long ago that is, and the sum is now. Before, date does.
if contains -- path (builtin --names); and builtin path mtime / >/dev/null 2>&1
    function __stsx_clock
        set -gu __stsx_left (builtin math $STSX_EXPIRES - (builtin path mtime /) - (builtin path mtime --relative /))
    end
else
    function __stsx_clock
        set -gu __stsx_left (builtin math $STSX_EXPIRES - (command date +%s))
    end
end

# Looks at it; false when there is none.
function __stsx_session
    test -n "$STSX_PROFILE"
    and builtin string match --quiet --regex -- '^[0-9]{1,13}\z' "$STSX_EXPIRES"
    or return
    __stsx_clock
end

# Whether there is a session of exec --refresh, whose end moves.
function __stsx_renewing
    test -n "$STSX_PROFILE" -a -z "$STSX_EXPIRES" -a -n "$AWS_CONTAINER_CREDENTIALS_FULL_URI"
end

# A name as it may stand in any prompt: signs that a prompt, a terminal or a
# status bar takes for its own and what can't be seen are ?.
function __stsx_plain
    set -l __stsx_plain (builtin string replace --all --regex -- '[^\x{80}-\x{10ffff}A-Za-z0-9 _.,:/@+=()-]|[\p{C}\p{Zl}\p{Zp}\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{3164}\x{fe00}-\x{fe0f}\x{ffa0}\x{e0100}-\x{e01ef}]' '?' $argv[1])
    if test (builtin string length -- "$__stsx_plain") -gt 64
        builtin string join -- '' (builtin string sub --length 61 -- "$__stsx_plain") ...
    else
        builtin string join -- '' "$__stsx_plain"
    end
end

# Puts the names of the session into __stsx_shown, when another is there than
# before.
function __stsx_name
    set -l __stsx_which "$STSX_EXPIRES $STSX_PROFILE $STSX_ROLE $STSX_ONLY"
    if test "$__stsx_of" != "$__stsx_which"
        set -gu __stsx_of "$__stsx_which"
        set -gu __stsx_shown (__stsx_plain "$STSX_PROFILE")
        test -n "$STSX_ROLE"
        and set -gu __stsx_shown "$__stsx_shown "(__stsx_plain "$STSX_ROLE")
        switch "$STSX_ONLY"
            case ''
            case 'read-only*' 'view-only*'
                set -gu __stsx_shown "$__stsx_shown ro"
            case '*'
                set -gu __stsx_shown "$__stsx_shown limited"
        end
    end
end

# Puts the segment into __stsx_text, and with its colour into __stsx_segment;
# both are empty without a session.
function __stsx_segment
    set -gu __stsx_text ''
    set -gu __stsx_segment ''
    set -l __stsx_rest expired
    if not __stsx_session
        __stsx_renewing
        or return
        set -gu __stsx_left 900
        set __stsx_rest renews
    else if test $__stsx_left -ge 3600
        set __stsx_rest (builtin printf '%dh%02dm' (builtin math "floor($__stsx_left / 3600)") (builtin math "floor($__stsx_left / 60) % 60"))
    else if test $__stsx_left -ge 60
        set __stsx_rest (builtin math "floor($__stsx_left / 60)")m
    else if test $__stsx_left -gt 0
        set __stsx_rest {$__stsx_left}s
    end
    __stsx_name
    set -gu __stsx_text "$__stsx_shown $__stsx_rest"
    set -gu __stsx_segment "$__stsx_text "
    set -l __stsx_tone
    if test $__stsx_left -le 0
        set __stsx_tone red
    else if contains -- "$STSX_COLOR" red green yellow blue magenta cyan
        set __stsx_tone $STSX_COLOR
    else if test $__stsx_left -lt 300
        set __stsx_tone red
    else if test $__stsx_left -lt 900
        set __stsx_tone yellow
    end
    if test -n "$__stsx_tone" -a -z "$NO_COLOR" -a "$TERM" != dumb
        set -gu __stsx_segment (set_color $__stsx_tone)$__stsx_text(set_color normal)' '
    end
end

# The session has ended: renews it if that is wanted, else restores what was
# there before and says so.
function __stsx_lapse
    set -l __stsx_was $__stsx_shown
    if test $__stsx_renew = 1 -a $__stsx_depth -gt 0 -a "$__stsx_tried" != "$__stsx_of"
        set -gu __stsx_tried "$__stsx_of" # once, even when it's interrupted
        if not builtin string match --quiet --regex -- '^--(mfa-code|password-stdin)' $__stsx_args
            set -l __stsx_code (command $__stsx_self env --shell fish --no-input --quiet $__stsx_args </dev/null 2>/dev/null)
            and builtin string join -- \n $__stsx_code | source
            if __stsx_session; and test $__stsx_left -gt 0
                return
            end
        end
    end
    set -l __stsx_line "stsx: the session of $__stsx_was has ended; its keys are unset"
    if test $__stsx_depth -gt 0
        __stsx_back
    end
    if __stsx_renewing
        __stsx_name
        set __stsx_line "$__stsx_line, and $__stsx_shown is in use again"
    else if __stsx_session
        if test $__stsx_left -gt 0
            __stsx_name
            set __stsx_line "$__stsx_line, and $__stsx_shown is in use again"
        else # it came with the environment
            set -l __stsx_code (command $__stsx_self env --unset --shell fish </dev/null 2>/dev/null)
            or set __stsx_code 'set -eg AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION STSX_PROFILE STSX_ACCOUNT STSX_ROLE STSX_ONLY STSX_COLOR STSX_EXPIRES'
            builtin string join -- \n $__stsx_code | source
        end
    end
    echo $__stsx_line >&2
end

# Before each prompt, and again before each time that one is drawn: what was
# below may have been replaced by a theme. fish keeps $status for the prompt.
functions --erase __stsx_on_prompt __stsx_on_preexec
if test -n "$__stsx_prompt" -o "$__stsx_watch" = 1
    function __stsx_on_prompt --on-event fish_prompt
        if __stsx_session
            __stsx_name
            if test $__stsx_watch = 1 -a $__stsx_left -le 0
                __stsx_lapse
                __stsx_session
                or __stsx_renewing
                or return
            end
        else if not __stsx_renewing
            return
        end
        switch "$__stsx_prompt"
            case left
                __stsx_wrap fish_prompt
            case right
                __stsx_wrap fish_right_prompt
        end
    end
end

# Puts a function of the same name over the one that draws a prompt, which
# stays as __stsx_below_N. Others do the same (virtualenv), so each has its own.
function __stsx_wrap
    set -l __stsx_description 'with the segment of stsx before it'
    set -l __stsx_details (builtin functions --details --verbose $argv[1])
    test "$__stsx_details[5]" = "$__stsx_description"
    and return
    set -l __stsx_below true
    if builtin functions --query $argv[1]
        set -gu __stsx_wraps (builtin math $__stsx_wraps + 1)
        set __stsx_below __stsx_below_$__stsx_wraps
        builtin functions --copy $argv[1] $__stsx_below
    end
    function $argv[1] --description $__stsx_description --inherit-variable __stsx_below
        __stsx_draw $__stsx_below
    end
end

# What is below comes first, while $status and $pipestatus are what they were.
# Where a wrapper is also further below, its segment is taken out.
function __stsx_draw
    set -l __stsx_below ($argv[1] | builtin string collect --no-trim-newlines)
    __stsx_segment
    if test -n "$__stsx_segment"; and builtin string match --quiet -- "*$__stsx_text*" "$__stsx_below"
        set __stsx_below (builtin string replace -- "$__stsx_segment" '' "$__stsx_below" | builtin string collect)
    end
    builtin printf %s "$__stsx_segment" "$__stsx_below"
end

# Before each command.
if test "$__stsx_watch" = 1
    function __stsx_on_preexec --on-event fish_preexec
        __stsx_session
        and test $__stsx_left -lt 300
        or return
        __stsx_name
        test "$__stsx_warned" = "$__stsx_of"
        and return
        set -gu __stsx_warned "$__stsx_of"
        if test $__stsx_left -gt 0
            echo "stsx: less than 5 minutes are left of $__stsx_shown" >&2
        else
            echo "stsx: the session of $__stsx_shown has ended" >&2
        end
    end
end
