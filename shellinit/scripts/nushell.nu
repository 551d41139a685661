# stsx for nushell. What a hook promises stands in README.md beside this file;
# the options are assigned before it.
#
# The state is the record $env.__stsx: no program sees a record. A frame is what
# each variable was before a use (null: not there), and the arguments of the use
# before that one.

$env.__stsx = ($env.__stsx? | default {stack: [], args: [], tried: "", warned: "", watch: false, prompt: false})

# The name of a command can't be in a variable.
if $__stsx_cmd != "stsx" {
  error make --unspanned {msg: "stsx: the hook for nushell has no --cmd: leave it out, and write alias NAME = stsx use"}
}

# A command of two words: stsx itself is the program, which gets its line as it
# is. When stsx fails, its status ends this and nothing is changed.
@complete external
def --env --wrapped "stsx use" [...args] {
  if ($args | any {|arg| ($arg | into string) =~ '^(-h$|--help|--shell|--unset|--force)' }) {
    ^$__stsx_self use ...$args
    return
  }
  let change = (^$__stsx_self env --shell nushell ...$args | from json)
  let was = $env.STSX_PROFILE?
  let before = ($__stsx_names | split row " " | reduce -f {} {|name, all| $all | insert $name ($env | get -o $name) })
  __stsx_apply $change
  if ($env.__stsx.stack | is-empty) or $was != $env.STSX_PROFILE? {
    $env.__stsx.stack = ($env.__stsx.stack | append [{vars: $before, args: $env.__stsx.args}])
  }
  $env.__stsx.args = [$"--relative-to=($env.PWD)" ...$args]
}

@complete external
def --env --wrapped "stsx unuse" [...args] {
  if ($args | is-not-empty) {
    ^$__stsx_self unuse ...$args
  } else if ($env.__stsx.stack | is-not-empty) {
    __stsx_back
  } else if ($env.STSX_EXPIRES? | default "" | into string) != "" or (__stsx_renewing) {
    __stsx_apply (^$__stsx_self env --unset --shell nushell | from json)
  } else {
    error make --unspanned {msg: "stsx: no profile is in use"}
  }
}

# Sets the variables of a record and takes away those that are null.
def --env __stsx_apply [change: record] {
  let gone = ($change | columns | where {|name| ($change | get $name) == null })
  hide-env --ignore-errors ...$gone
  load-env ($change | reject ...$gone)
}

# Restores what was there before the last use, and further back past sessions
# that have ended meanwhile.
def --env __stsx_back [] {
  loop {
    let frame = ($env.__stsx.stack | last)
    $env.__stsx.stack = ($env.__stsx.stack | drop 1)
    $env.__stsx.args = $frame.args
    __stsx_apply $frame.vars
    let left = (__stsx_left)
    if ($env.__stsx.stack | is-empty) or $left == null or $left > 0 { break }
  }
}

# Seconds that are left, null without a session.
def __stsx_left [] {
  let expires = ($env.STSX_EXPIRES? | default "" | into string)
  if ($env.STSX_PROFILE? | default "") == "" or $expires !~ '\A[0-9]{1,13}\z' { return null }
  ($expires | into int) - ((date now | into int) // 1_000_000_000)
}

# Whether there is a session of exec --refresh, whose end moves.
def __stsx_renewing [] {
  ($env.STSX_PROFILE? | default "") != "" and ($env.STSX_EXPIRES? | default "") == "" and ($env.AWS_CONTAINER_CREDENTIALS_FULL_URI? | default "") != ""
}

# A name as it may stand in any prompt.
def __stsx_plain [name] {
  let signs = ($name | into string | split chars --code-points)
  let shown = if ($signs | length) > 64 { ($signs | first 61 | str join) + "..." } else { $signs | str join }
  $shown | str replace --all --regex '[\x00-\x1f!"#$%&''*;<>?\[\\\]^`{|}~\x7f\x{fffd}\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{3164}\x{fe00}-\x{fe0f}\x{ffa0}\x{e0100}-\x{e01ef}]|[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\x00-\x7f]' "?"
}

def __stsx_name [] {
  let role = ($env.STSX_ROLE? | default "")
  let name = if $role == "" { __stsx_plain $env.STSX_PROFILE } else { $"(__stsx_plain $env.STSX_PROFILE) (__stsx_plain $role)" }
  let only = ($env.STSX_ONLY? | default "" | into string)
  if $only == "" { $name } else if $only =~ '\A(read|view)-only' { $"($name) ro" } else { $"($name) limited" }
}

# The segment in its colour, "" without a session.
def __stsx_segment [] {
  let renewing = (__stsx_renewing)
  let left = if $renewing { 900 } else { __stsx_left }
  if $left == null { return "" }
  let rest = if $renewing {
    "renews"
  } else if $left <= 0 {
    "expired"
  } else if $left < 60 {
    $"($left)s"
  } else if $left < 3600 {
    $"($left // 60)m"
  } else {
    $"($left // 3600)h($left // 60 mod 60 | fill -a right -c '0' -w 2)m"
  }
  let text = $"(__stsx_name) ($rest)"
  let code = {red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36} | get -o ($env.STSX_COLOR? | default "" | into string)
  let code = if $left <= 0 { 31 } else if $code != null { $code } else if $left < 300 { 31 } else if $left < 900 { 33 }
  if $code == null or ($env.NO_COLOR? | default "") != "" or $env.TERM? == "dumb" {
    $text
  } else {
    $"\e[($code)m($text)\e[0m"
  }
}

# Before each prompt: the session has ended. Renews it if that is wanted, else
# restores what was there before and says so.
def --env __stsx_check [] {
  let left = (__stsx_left)
  if $left == null or $left > 0 { return }
  let was = (__stsx_name)
  let which = $"($env.STSX_EXPIRES) ($env.STSX_PROFILE)"
  let args = $env.__stsx.args
  if $__stsx_renew == "1" and ($env.__stsx.stack | is-not-empty) and $env.__stsx.tried != $which {
    $env.__stsx.tried = $which
    if not ($args | any {|arg| ($arg | into string) =~ '^--(mfa-code|password-stdin)' }) {
      let status = $env.LAST_EXIT_CODE?
      let got = ("" | ^$__stsx_self env --shell nushell --no-input --quiet ...$args | complete)
      $env.LAST_EXIT_CODE = $status
      if $got.exit_code == 0 { __stsx_apply ($got.stdout | from json) }
      let left = (__stsx_left)
      if $left != null and $left > 0 { return }
    }
  }
  if ($env.__stsx.stack | is-not-empty) { __stsx_back }
  let left = (__stsx_left)
  let again = if (__stsx_renewing) {
    $", and (__stsx_name) is in use again"
  } else if $left == null {
    ""
  } else if $left > 0 {
    $", and (__stsx_name) is in use again"
  } else {
    # It came with the environment.
    let status = $env.LAST_EXIT_CODE?
    let got = ("" | ^$__stsx_self env --unset --shell nushell | complete)
    $env.LAST_EXIT_CODE = $status
    if $got.exit_code == 0 {
      __stsx_apply ($got.stdout | from json)
    } else {
      hide-env --ignore-errors AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION STSX_PROFILE STSX_ACCOUNT STSX_ROLE STSX_ONLY STSX_COLOR STSX_EXPIRES
    }
    ""
  }
  print -e $"stsx: the session of ($was) has ended; its keys are unset($again)"
}

# Before each command: a warning under five minutes, once for a session.
def --env __stsx_warn [] {
  let left = (__stsx_left)
  if $left == null or $left >= 300 { return }
  let which = $"($env.STSX_EXPIRES) ($env.STSX_PROFILE)"
  if $env.__stsx.warned == $which { return }
  $env.__stsx.warned = $which
  if $left > 0 {
    print -e $"stsx: less than 5 minutes are left of (__stsx_name)"
  } else {
    print -e $"stsx: the session of (__stsx_name) has ended"
  }
}

# A prompt with the segment before it. What it was is a closure, or a text.
def __stsx_draw [old] {
  let segment = (__stsx_segment)
  let rest = if ($old | describe) == "closure" { do $old } else { $old | default "" }
  if $segment == "" { $rest } else { $"($segment) ($rest)" }
}

if $__stsx_watch == "1" and not $env.__stsx.watch {
  $env.__stsx.watch = true
  $env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt? | default [] | append {|| __stsx_check })
  $env.config.hooks.pre_execution = ($env.config.hooks.pre_execution? | default [] | append {|| __stsx_warn })
}

if $__stsx_prompt != "" and not $env.__stsx.prompt {
  $env.__stsx.prompt = true
  if $__stsx_prompt == "right" {
    let old = $env.PROMPT_COMMAND_RIGHT?
    $env.PROMPT_COMMAND_RIGHT = {|| __stsx_draw $old }
  } else {
    let old = $env.PROMPT_COMMAND?
    $env.PROMPT_COMMAND = {|| __stsx_draw $old }
  }
}
