# stsx for elvish. What a hook promises stands in README.md beside this file;
# the options are assigned before it.
#
# What eval defines ends with it: the function goes to the prompt's line through
# edit:add-var, the rest is held by the editor's hooks. Where there is no editor
# (a script) only the functions are defined.

use str
use re
use math

# A frame is what each variable was before a use ($nil: not there), and the
# arguments of the use before that one.
var __stsx_stack = []
var __stsx_args = []
var __stsx_tried = ''
var __stsx_warned = ''

# Sets the variables of a map and takes away those that are $nil.
fn __stsx_apply {|change|
  for name [(keys $change)] {
    if (eq $change[$name] $nil) {
      unset-env $name
    } else {
      set-env $name $change[$name]
    }
  }
}

# Whether an argument begins with one of the words.
fn __stsx_among {|args @words|
  for arg $args {
    for word $words {
      if (str:has-prefix (to-string $arg) $word) {
        put $true
        return
      }
    }
  }
  put $false
}

# When stsx fails, its exception ends this and nothing is changed.
fn __stsx_use {|@args|
  if (or (has-value $args -h) (__stsx_among $args --help --shell --unset --force)) {
    (external $__stsx_self) use $@args
    return
  }
  var change = ((external $__stsx_self) env --shell nushell $@args | from-json)
  var was = $E:STSX_PROFILE
  var before = [&]
  for name [(str:split ' ' $__stsx_names)] {
    if (has-env $name) {
      set before[$name] = (get-env $name)
    } else {
      set before[$name] = $nil
    }
  }
  __stsx_apply $change
  if (or (== (count $__stsx_stack) 0) (not-eq $was $E:STSX_PROFILE)) {
    set __stsx_stack = [$@__stsx_stack [&vars=$before &args=$__stsx_args]]
  }
  set __stsx_args = [--relative-to=$pwd $@args]
}

# The shell has no clock of its own: date is asked, while there is a session.
fn __stsx_left {
  if (and (not-eq $E:STSX_PROFILE '') (re:match '^[0-9]{1,13}$' $E:STSX_EXPIRES)) {
    put (- $E:STSX_EXPIRES (e:date +%s))
  } else {
    put $nil
  }
}

# Whether there is a session of exec --refresh, whose end moves.
fn __stsx_renewing {
  and (not-eq $E:STSX_PROFILE '') (eq $E:STSX_EXPIRES '') (not-eq $E:AWS_CONTAINER_CREDENTIALS_FULL_URI '')
}

# Restores what was there before the last use, and further back past sessions
# that have ended meanwhile.
fn __stsx_back {
  while (> (count $__stsx_stack) 0) {
    var frame = $__stsx_stack[-1]
    set __stsx_stack = $__stsx_stack[..-1]
    set __stsx_args = $frame[args]
    __stsx_apply $frame[vars]
    var left = (__stsx_left)
    if (or (eq $left $nil) (> $left 0)) {
      return
    }
  }
}

fn __stsx_unuse {|@args|
  if (> (count $args) 0) {
    (external $__stsx_self) unuse $@args
  } elif (> (count $__stsx_stack) 0) {
    __stsx_back
  } elif (or (not-eq $E:STSX_EXPIRES '') (__stsx_renewing)) {
    __stsx_apply ((external $__stsx_self) env --unset --shell nushell | from-json)
  } else {
    fail 'stsx: no profile is in use'
  }
}

fn __stsx_run {|@args|
  if (and (> (count $args) 0) (eq $args[0] use)) {
    __stsx_use (all $args[1..])
  } elif (and (> (count $args) 0) (eq $args[0] unuse)) {
    __stsx_unuse (all $args[1..])
  } else {
    (external $__stsx_self) $@args
  }
}

# A name as it may stand in any prompt.
fn __stsx_plain {|name|
  var signs = [(each {|sign| put $sign } $name)]
  if (> (count $signs) 64) {
    set name = (str:join '' $signs[..61])...
  }
  re:replace '[\x00-\x1f!"#$%&''*;<>?\[\\\]^`{|}~\x7f\x{fffd}\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{3164}\x{fe00}-\x{fe0f}\x{ffa0}\x{e0100}-\x{e01ef}]|[^\pL\pM\pN\pP\pS\p{Zs}\x00-\x7f]' '?' $name
}

fn __stsx_name {
  var name = (__stsx_plain $E:STSX_PROFILE)
  if (not-eq $E:STSX_ROLE '') {
    set name = $name' '(__stsx_plain $E:STSX_ROLE)
  }
  if (re:match '^(read|view)-only' $E:STSX_ONLY) {
    put $name' ro'
  } elif (not-eq $E:STSX_ONLY '') {
    put $name' limited'
  } else {
    put $name
  }
}

# The segment in its colour and a blank; nothing without a session.
fn __stsx_segment {
  var renewing = (__stsx_renewing)
  var left = (if $renewing { num 900 } else { __stsx_left })
  if (eq $left $nil) {
    return
  }
  var rest = expired
  var minutes = (math:floor (/ $left 60))
  if $renewing {
    set rest = renews
  } elif (<= $left 0) {
    nop
  } elif (< $left 60) {
    set rest = $left''s
  } elif (< $minutes 60) {
    set rest = $minutes''m
  } else {
    var over = (% $minutes 60)
    set rest = (/ (- $minutes $over) 60)h(if (< $over 10) { put 0 } else { put '' })$over''m
  }
  var text = (__stsx_name)' '$rest
  var tone = ''
  if (<= $left 0) {
    set tone = red
  } elif (has-value [red green yellow blue magenta cyan] $E:STSX_COLOR) {
    set tone = $E:STSX_COLOR
  } elif (< $left 300) {
    set tone = red
  } elif (< $left 900) {
    set tone = yellow
  }
  if (or (eq $tone '') (not-eq $E:NO_COLOR '') (eq $E:TERM dumb)) {
    put $text
  } else {
    styled $text $tone
  }
  put ' '
}

# Before each prompt: when the session has ended, renews it if that is wanted,
# else restores what was there before and says so.
fn __stsx_check {
  var left = (__stsx_left)
  if (or (eq $left $nil) (> $left 0)) {
    return
  }
  var was = (__stsx_name)
  var which = $E:STSX_EXPIRES' '$E:STSX_PROFILE
  if (and (eq $__stsx_renew 1) (> (count $__stsx_stack) 0) (not-eq $__stsx_tried $which)) {
    set __stsx_tried = $which
    if (not (__stsx_among $__stsx_args --mfa-code --password-stdin)) {
      try {
        __stsx_apply ((external $__stsx_self) env --shell nushell --no-input --quiet $@__stsx_args </dev/null 2>/dev/null | from-json)
      } catch e {
        nop
      }
      set left = (__stsx_left)
      if (and (not-eq $left $nil) (> $left 0)) {
        return
      }
    }
  }
  __stsx_back
  var again = ''
  set left = (__stsx_left)
  if (__stsx_renewing) {
    set again = ', and '(__stsx_name)' is in use again'
  } elif (eq $left $nil) {
    nop
  } elif (> $left 0) {
    set again = ', and '(__stsx_name)' is in use again'
  } else {
    # It came with the environment.
    try {
      __stsx_apply ((external $__stsx_self) env --unset --shell nushell </dev/null 2>/dev/null | from-json)
    } catch e {
      for name [AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION STSX_PROFILE STSX_ACCOUNT STSX_ROLE STSX_ONLY STSX_COLOR STSX_EXPIRES] {
        unset-env $name
      }
    }
  }
  echo 'stsx: the session of '$was' has ended; its keys are unset'$again >&2
}

# Before each command: a warning under five minutes, once for a session.
fn __stsx_warn {|line|
  var left = (__stsx_left)
  if (or (eq $left $nil) (>= $left 300)) {
    return
  }
  var which = $E:STSX_EXPIRES' '$E:STSX_PROFILE
  if (eq $__stsx_warned $which) {
    return
  }
  set __stsx_warned = $which
  if (> $left 0) {
    echo 'stsx: less than 5 minutes are left of '(__stsx_name) >&2
  } else {
    echo 'stsx: the session of '(__stsx_name)' has ended' >&2
  }
}

# Takes its place in the editor, once: what is there already stays. A completer
# that nothing calls is the mark, since it is seen by every later eval.
var __stsx_attach = '
  if (not (has-key $edit:completion:arg-completer __stsx_hook)) {
    set edit:completion:arg-completer[__stsx_hook] = {|@words| }
    edit:add-var $__stsx_cmd"~" $__stsx_run~
    if (eq $__stsx_watch 1) {
      set edit:before-readline = [$@edit:before-readline $__stsx_check~]
      set edit:after-readline = [$@edit:after-readline $__stsx_warn~]
    }
    if (eq $__stsx_prompt left) {
      var old = $edit:prompt
      set edit:prompt = { __stsx_segment; $old }
    } elif (eq $__stsx_prompt right) {
      var old = $edit:rprompt
      set edit:rprompt = { __stsx_segment; $old }
    }
  }
'
try {
  eval 'nop $edit:prompt'
} catch e {
  set __stsx_attach = ''
}
eval $__stsx_attach
