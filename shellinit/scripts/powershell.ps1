# stsx for PowerShell 5.1 and later. What a hook promises stands in README.md
# beside this file; the options are assigned before it, as $global:__stsx_….

# A frame is what each variable was before a use ($null: not there), and the
# arguments of the use before that one.
if (-not (Test-Path -LiteralPath variable:global:__stsx_stack)) {
    $global:__stsx_stack = New-Object System.Collections.ArrayList
    $global:__stsx_args = @()
    $global:__stsx_tried = ''
    $global:__stsx_warned = ''
}

# The hook has words of its own, since a function called stsx would stand before
# the program: it would change its arguments, its bytes and its status.

# When stsx fails nothing is changed, and $LASTEXITCODE is its status.
function global:__stsx_use {
    [CmdletBinding()]
    param([Parameter(ValueFromRemainingArguments = $true)] [string[]] $words = @())
    if (@($words | Where-Object { $_ -ceq '-h' -or $_ -cmatch '^--(help|shell|unset|force)' }).Count -gt 0) {
        __stsx_program (@('use') + $words)
        if ($global:LASTEXITCODE -ne 0) { __stsx_failed $PSCmdlet }
        return
    }
    $code = __stsx_program (@('env', '--shell', 'powershell') + $words) | Out-String
    if ($global:LASTEXITCODE -ne 0) {
        __stsx_failed $PSCmdlet
        return
    }
    $was = $env:STSX_PROFILE
    $before = __stsx_frame
    Invoke-Expression $code
    if ($global:__stsx_stack.Count -eq 0 -or $was -cne $env:STSX_PROFILE) {
        $null = $global:__stsx_stack.Add(@{ vars = $before; words = $global:__stsx_args })
    }
    $global:__stsx_args = @("--relative-to=$((Get-Location -PSProvider FileSystem).ProviderPath)") + $words
}

function global:__stsx_unuse {
    [CmdletBinding()]
    param([Parameter(ValueFromRemainingArguments = $true)] [string[]] $words = @())
    if ($words.Count -gt 0) {
        __stsx_program (@('unuse') + $words)
    } elseif ($global:__stsx_stack.Count -gt 0) {
        __stsx_back
        $global:LASTEXITCODE = 0
    } elseif ($env:STSX_EXPIRES -or (__stsx_renewing)) {
        $code = __stsx_program @('env', '--unset', '--shell', 'powershell') | Out-String
        if ($global:LASTEXITCODE -eq 0) { Invoke-Expression $code }
    } else {
        [Console]::Error.WriteLine('stsx: no profile is in use')
        $global:LASTEXITCODE = 1
    }
    if ($global:LASTEXITCODE -ne 0) { __stsx_failed $PSCmdlet }
}

# Runs the program with these words, none of them taken for a pattern or a home
# folder, as those in a variable are on Unix.
function global:__stsx_program([string[]] $words) {
    $line = '& $global:__stsx_self'
    foreach ($word in $words) { $line += " '" + ($word -replace "(['\u2018-\u201b])", '$1$1') + "'" }
    Invoke-Expression $line
}

# Makes $? of the caller False, for && and ||, and shows nothing.
function global:__stsx_failed($cmdlet) {
    $ErrorActionPreference = 'SilentlyContinue'
    $cause = New-Object System.Exception "stsx ended with status $global:LASTEXITCODE"
    $cmdlet.WriteError((New-Object System.Management.Automation.ErrorRecord $cause, 'stsx', 'NotSpecified', $null))
}

# What each variable is now.
function global:__stsx_frame {
    $vars = @{}
    foreach ($name in $global:__stsx_names.Split(' ')) {
        $vars[$name] = [Environment]::GetEnvironmentVariable($name)
    }
    $vars
}

# Restores what was there before the last use, and further back past sessions
# that have ended meanwhile.
function global:__stsx_back {
    while ($global:__stsx_stack.Count -gt 0) {
        $frame = $global:__stsx_stack[$global:__stsx_stack.Count - 1]
        $global:__stsx_stack.RemoveAt($global:__stsx_stack.Count - 1)
        $global:__stsx_args = $frame.words
        foreach ($name in @($frame.vars.Keys)) {
            if ($null -eq $frame.vars[$name]) {
                Remove-Item -LiteralPath "env:$name" -ErrorAction Ignore
            } else {
                Set-Item -LiteralPath "env:$name" -Value $frame.vars[$name]
            }
        }
        $left = __stsx_left
        if ($null -eq $left -or $left -gt 0) { return }
    }
}

# Seconds that are left, $null without a session.
function global:__stsx_left {
    if ($env:STSX_PROFILE -and $env:STSX_EXPIRES -cmatch '\A[0-9]{1,13}\z') {
        [long]$env:STSX_EXPIRES - [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
    }
}

# Whether there is a session of exec --refresh, whose end moves.
function global:__stsx_renewing { $env:STSX_PROFILE -and -not $env:STSX_EXPIRES -and $env:AWS_CONTAINER_CREDENTIALS_FULL_URI }

# A name as it may stand in any prompt. A sign beyond the first plane is two
# characters here, and category Cs: it is ? twice.
function global:__stsx_plain([string] $name) {
    if ($name.Length -gt 64) { $name = $name.Substring(0, 61) + '...' }
    [regex]::Replace($name, '[\x00-\x1f!"#$%&''*;<>?\[\\\]^`{|}~\x7f\ufffd\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]|[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\x00-\x7f]', '?')
}

function global:__stsx_name {
    $name = __stsx_plain $env:STSX_PROFILE
    if ($env:STSX_ROLE) { $name += ' ' + (__stsx_plain $env:STSX_ROLE) }
    if ($env:STSX_ONLY -cmatch '\A(read|view)-only') { $name += ' ro' } elseif ($env:STSX_ONLY) { $name += ' limited' }
    $name
}

# The segment in its colour and a blank, '' without a session.
function global:__stsx_segment {
    $left = __stsx_left
    $renewing = __stsx_renewing
    if ($renewing) { $left = 900 }
    if ($null -eq $left) { return '' }
    $minutes = [long][Math]::Floor($left / 60)
    if ($renewing) {
        $rest = 'renews'
    } elseif ($left -le 0) {
        $rest = 'expired'
    } elseif ($left -lt 60) {
        $rest = "${left}s"
    } elseif ($left -lt 3600) {
        $rest = "${minutes}m"
    } else {
        $rest = '{0}h{1:d2}m' -f [long][Math]::Floor($minutes / 60), ($minutes % 60)
    }
    $text = (__stsx_name) + ' ' + $rest
    $colour = 31 + [Array]::IndexOf(@('red', 'green', 'yellow', 'blue', 'magenta', 'cyan'), $env:STSX_COLOR)
    if ($left -le 0 -or ($colour -eq 30 -and $left -lt 300)) { $colour = 31 } elseif ($colour -eq 30 -and $left -lt 900) { $colour = 33 }
    if ($colour -eq 30 -or $env:NO_COLOR -or $env:TERM -eq 'dumb') { return "$text " }
    $escape = [char]27
    "$escape[${colour}m$text$escape[0m "
}

# Runs stsx without input and without its complaints; '' when it fails.
function global:__stsx_quietly([string[]] $words) {
    $ErrorActionPreference = 'Continue' # 5.1 takes what stands on stderr for errors
    $code = $null | __stsx_program $words 2>$null | Out-String
    if ($LASTEXITCODE -eq 0) { $code } else { '' }
}

# Before each prompt: when the session has ended, renews it if that is wanted,
# else restores what was there before and says so.
function global:__stsx_check {
    $left = __stsx_left
    if ($null -eq $left -or $left -gt 0) { return }
    $was = __stsx_name
    $which = "$env:STSX_EXPIRES $env:STSX_PROFILE"
    $words = @($global:__stsx_args)
    if ($global:__stsx_renew -eq '1' -and $global:__stsx_stack.Count -gt 0 -and $global:__stsx_tried -cne $which) {
        $global:__stsx_tried = $which
        if (@($words | Where-Object { "$_" -cmatch '^--(mfa-code|password-stdin)' }).Count -eq 0) {
            $code = __stsx_quietly (@('env', '--shell', 'powershell', '--no-input', '--quiet') + $words)
            if ($code) { Invoke-Expression $code }
            $left = __stsx_left
            if ($null -ne $left -and $left -gt 0) { return }
        }
    }
    __stsx_back
    $again = ''
    $left = __stsx_left
    if ((__stsx_renewing) -or ($null -ne $left -and $left -gt 0)) {
        $again = ", and $(__stsx_name) is in use again"
    } elseif ($null -ne $left) {
        # It came with the environment.
        $code = __stsx_quietly @('env', '--unset', '--shell', 'powershell')
        if ($code) { Invoke-Expression $code }
        foreach ($name in 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CREDENTIAL_EXPIRATION', 'STSX_PROFILE', 'STSX_ACCOUNT', 'STSX_ROLE', 'STSX_ONLY', 'STSX_COLOR', 'STSX_EXPIRES') {
            Remove-Item -LiteralPath "env:$name" -ErrorAction Ignore
        }
    }
    [Console]::Error.WriteLine("stsx: the session of $was has ended; its keys are unset$again")
}

# A warning under five minutes, once for a session. PowerShell has nothing that
# runs before a command: it stands before the prompt.
function global:__stsx_warn {
    $left = __stsx_left
    if ($null -eq $left -or $left -ge 300 -or $left -le 0) { return }
    $which = "$env:STSX_EXPIRES $env:STSX_PROFILE"
    if ($global:__stsx_warned -ceq $which) { return }
    $global:__stsx_warned = $which
    [Console]::Error.WriteLine("stsx: less than 5 minutes are left of $(__stsx_name)")
}

Set-Item -LiteralPath "function:global:$global:__stsx_cmd-use" -Value $function:__stsx_use
Set-Item -LiteralPath "function:global:$global:__stsx_cmd-unuse" -Value $function:__stsx_unuse

# The prompt that was there is called, with the $? and the $LASTEXITCODE of the
# last command.
if (($global:__stsx_watch -eq '1' -or $global:__stsx_prompt) -and -not (Test-Path -LiteralPath variable:global:__stsx_prompted)) {
    $global:__stsx_prompted = $function:prompt
    function global:__stsx_draw {
        $__stsx_ok = $?
        $__stsx_code = Get-Variable -Name LASTEXITCODE -Scope Global -ValueOnly -ErrorAction Ignore
        $__stsx_text = ''
        try {
            if ($global:__stsx_watch -eq '1') {
                __stsx_check
                __stsx_warn
            }
            if ($global:__stsx_prompt) { $__stsx_text = __stsx_segment }
        } catch {
            $__stsx_text = ''
        }
        $global:LASTEXITCODE = $__stsx_code
        $__stsx_rest = ''
        if ($global:__stsx_prompted) {
            if (-not $__stsx_ok) { Write-Error '' -ErrorAction Ignore }
            $__stsx_rest = -join @(& $global:__stsx_prompted)
        }
        if (-not $__stsx_rest) { $__stsx_rest = 'PS> ' }
        "$__stsx_text$__stsx_rest"
    }
    try {
        Set-Item -LiteralPath function:global:prompt -Value $function:__stsx_draw -ErrorAction Stop
    } catch {
        [Console]::Error.WriteLine('stsx: prompt is read-only in this shell: it shows no session, and nothing says when one ends')
    }
}
