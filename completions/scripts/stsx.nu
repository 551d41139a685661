# Completion of stsx in nushell. What it asks and is answered is in the
# documentation of the package completions.

# null leaves the word to nushell, which offers files.
def __stsx_complete [spans: list<string>, others: any] {
  let before = ($spans | skip 1 | drop 1)
  let answer = (try { ^$__stsx_self __complete nushell ($before | length) ...$before ($spans | last) e> /dev/null | lines } catch { [] })
  let first = ($answer | get -o 0 | default "" | split row -n 2 " ")
  if $first.0 == "values" {
    $answer | skip 1 | each {|line|
      let parts = ($line | split row -n 2 "\t")
      {value: $parts.0, description: ($parts.1? | default "")}
    }
  } else if $first.0 == "files" and ($first.1? | default "") != "" {
    __stsx_files $first.1 ($spans | last | str substring ($first.1 | str length)..)
  } else if $first.0 == "command" {
    let rest = ($spans | skip (1 + ($first.1 | into int)))
    if ($rest | length) <= 1 {
      __stsx_programs ($rest | get -o 0 | default "")
    } else if $rest.0 == $__stsx_cmd {
      __stsx_complete $rest $others
    } else if $others != null {
      # carapace, say
      do $others $rest
    } else {
      null
    }
  }
}

# The files that begin with a text, after the --config= they stand behind;
# names that would need quotes there are left to the person.
def __stsx_files [prefix: string, start: string] {
  let folder = ($start | path dirname)
  try { ls -a (if $folder == "" { "." } else { $folder | path expand }) } catch { [] }
    | each {|file| ($folder | path join ($file.name | path basename)) + (if $file.type == "dir" { "/" } else { "" }) }
    | where {|name| ($name | str starts-with $start) and $name !~ '[^A-Za-z0-9_./-]' }
    | each {|name| {value: ($prefix + $name)} }
}

# The programs on PATH that begin with a text.
def __stsx_programs [start: string] {
  if $start =~ '[/\\]' { return null }
  $env.PATH | each {|folder| try { ls -s $folder | get name } catch { [] } } | flatten
    | where {|name| $name | str starts-with $start } | uniq | sort | each {|name| {value: $name} }
}

# nushell has one completer for all programs: what it was goes on for the
# others. Sourced again, this finds itself done.
if not ($env.__stsx_completion?.done? | default false) {
  $env.__stsx_completion = {done: true, others: $env.config?.completions?.external?.completer?}
  $env.config.completions.external.enable = true
  $env.config.completions.external.completer = {|spans|
    # The hook's commands have two words, and come as one.
    let words = ($spans.0 | split row " ") ++ ($spans | skip 1)
    if $words.0 == $__stsx_cmd {
      __stsx_complete $words $env.__stsx_completion.others
    } else if $env.__stsx_completion.others != null {
      do $env.__stsx_completion.others $spans
    }
  }
}
