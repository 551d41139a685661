# Completion of stsx in PowerShell, 5.1 or newer. What it asks and is answered
# is in the documentation of the package completions.

# What may stand at a place of the whole input, on the line of stsx, or with the
# words $before of the hook's function that passes them on. What stands in
# quotes says its value, and nothing of the line is evaluated.
function global:__stsx_complete([string[]] $before, $commandAst, $cursorPosition) {
    $words = @($before)
    $rest = @($before)
    $current = ''
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        $start = $element.Extent.StartOffset
        if ($start -ge $cursorPosition) { break }
        $text = $element.Extent.Text
        if ($element.Extent.EndOffset -ge $cursorPosition) {
            $current = $text.Substring(0, $cursorPosition - $start)
            $rest += $current
            break
        }
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
            $words += $element.Value
        } else {
            $words += $text
        }
        $rest += $text
    }
    # What a program writes is read in the console's encoding, and stsx writes
    # UTF-8.
    $encoding = [Console]::OutputEncoding
    try {
        $ErrorActionPreference = 'SilentlyContinue'
        [Console]::OutputEncoding = [System.Text.UTF8Encoding]::new()
        $answer = @(& (Get-Command -CommandType Application -Name $__stsx_self | Select-Object -First 1) __complete powershell $words.Count @words $current 2>$null)
    } catch {
        return
    } finally {
        [Console]::OutputEncoding = $encoding
    }
    if ($answer.Count -eq 0) { return }
    if ($answer[0] -match '^command ([0-9]+)$') {
        # Whatever completes the command's own line; the words in front of it
        # are not part of it.
        $line = (@($rest | Select-Object -Skip ([int]$Matches[1]))) -join ' '
        if ($current -eq '' -and $line -ne '') { $line += ' ' }
        if ($line -ne '') { (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches }
        return
    }
    # Files are PowerShell's own answer when there is no other.
    if ($answer[0] -ne 'values') { return }
    foreach ($candidate in ($answer | Select-Object -Skip 1)) {
        $value, $about = $candidate -split "`t", 2
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
}

Register-ArgumentCompleter -Native -CommandName stsx -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    __stsx_complete @() $commandAst $cursorPosition
}

# A function's completer is not told where the cursor is.
Register-ArgumentCompleter -CommandName "$__stsx_cmd-use" -ParameterName words -ScriptBlock {
    param($commandName, $parameterName, $wordToComplete, $commandAst)
    $end = $commandAst.Extent.EndOffset
    if (-not $wordToComplete) { $end++ }
    __stsx_complete @('use') $commandAst $end
}
