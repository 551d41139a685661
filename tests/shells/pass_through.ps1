# Lines in which stsx gets arguments, pipes, redirections, jobs and statuses:
# TestHookPassesThrough runs them without the hook and with it.

stsx a 'b c' '' '*.tf' *.tf '~' ~ 'x[12]' a,b '$HOME' '\' -- -x --y=z 'ü 界' 0123 1kb 1..3 -x:y @('p','q')
stsx
stsx used use
stsx exit 3; "status $? $LASTEXITCODE"
stsx exit 3 || 'else'
stsx exit 0 && 'and'
stsx exit 3 && 'no'
if ($(stsx exit 3; $?)) { 'yes' } else { 'no' }
stsx kill; "status $? $LASTEXITCODE"
stsx cat bin.dat > out1
stsx from bin.dat | stsx cat | stsx to out2
stsx from bin.dat | & stsx cat | & stsx to out5
"[$(stsx a b)]"
stsx err > out3 2> out4
stsx err 2>&1 | ForEach-Object { "$_" } | Sort-Object
$env:FOO = 'bar'
stsx env
function inside { stsx a @args; $input | stsx cat }
'piped' | inside 1 2
foreach ($i in 1, 2) { stsx loop $i }
& stsx amp '*.tf' *.tf
Set-Alias ss stsx
ss exit 3; "status $?"
ss aliased '*.tf' '~'
& { stsx block a,b }
1 | ForEach-Object { stsx each $_ }
$null = New-Module { function inModule { stsx module '*'; "status $?" } }
inModule
$words = 'v w', '*.tf'
stsx @words
$j = Start-Job { param($d) Set-Location $d; stsx exit 4; $LASTEXITCODE } -ArgumentList $PWD.Path
Receive-Job -Wait -AutoRemoveJob $j

# Words.
stsx '' "" 'c:\x\' 'q"q' "d'q" 'a\"b' 'x y\' "$null" $null @() @('p', '') ''
stsx --% '*.tf' ~ %HOME% "x y" a;b 'c' | d
stsx `a -- '' --x='' -y:'z w' --k="v w" @a "@a" @('*.tf') *.tf[0] [x]1 x[12]
stsx "a`nb" "`t" "é" 😀 "’" “q” $true 1.50 0x10 1e3 .5 -1 - -- -
$h = [ordered]@{ region = 'x' }; stsx @h
stsx $(1; 2) (1, 2) {block} ([pscustomobject]@{ a = 1 }) @{ a = 1 } ([datetime]'2020-01-02')

# Statements, pipelines, bytes and jobs.
stsx a; stsx b; stsx exit 2; stsx c && stsx d || stsx e; "status $? $LASTEXITCODE"
if (stsx exit 0) { 'yes' } else { 'no' }; if (stsx x) { 'yes' }
while ($true) { stsx exit 7; if (-not $?) { "status $LASTEXITCODE"; break } }
switch (stsx a b) { default { "switched $_" } }
try { stsx exit 9 } finally { "finally $LASTEXITCODE" }
'é', 'b' | stsx cat | ForEach-Object { "[$_]" }
stsx from bin.dat | stsx cat | stsx cat | stsx to out6
Get-Content -AsByteStream bin.dat | Set-Content -AsByteStream out7
$text = stsx from bin.dat; "$($text.Count) $($text.GetType().Name)"
stsx err *> $null; "status $?"
stsx err 2> $null; stsx err > $null 2>&1; $e = stsx err 2>&1; $e | ForEach-Object { $_.GetType().Name + " $_" } | Sort-Object
stsx a >> out9; stsx b >> out9
$j = stsx exit 5 &; $null = Wait-Job $j; Receive-Job $j; "job $($j.State)"; Remove-Job $j
1, 2 | ForEach-Object -Parallel { stsx parallel }
$p = Start-Process stsx -ArgumentList 'exit', '8' -Wait -PassThru; "process $($p.ExitCode)"

# What stands for a command, and what looks it up.
(Get-Command stsx).CommandType; @(Get-Command stsx -All).Count; (Get-Command stsx).Name
Get-Command stsx -CommandType Function, Alias -ErrorAction Ignore
$look = $ExecutionContext.InvokeCommand
$look.PreCommandLookupAction = { param($name, $e) if ($name -eq 'stsx') { [Console]::Out.WriteLine("looked up $name") } }
stsx a '*.tf'; & stsx exit 3; "status $?"
$look.PreCommandLookupAction = { param($name, $e) if ($name -eq 'mine') { $e.CommandScriptBlock = { stsx mine @args } } }
mine '*.tf' 1
$look.PreCommandLookupAction = $null
$look.CommandNotFoundAction = { param($name, $e) if ($name -eq 'stsy') { $e.CommandScriptBlock = { stsx typo @args } } }
stsy
$program = Get-Command stsx -CommandType Application
function stsx { "mine $args"; & $program inner @args }; stsx a '*'; Remove-Item function:stsx
Set-Alias s stsx -Option AllScope; & { s nested '~' }; function t { s @args }; t 'a b' ''
function Invoke-It { [CmdletBinding()] param([Parameter(ValueFromRemainingArguments)] $rest) stsx @rest; "status $?" }
Invoke-It a -b 'c d' --e
& ([scriptblock]::Create("stsx created 'a*'")); . { stsx dotted; stsx exit 6 }; "status $? $LASTEXITCODE"
Invoke-Expression "stsx 'a b' `$HOME | Out-Null; stsx exit 3"; "status $? $LASTEXITCODE"
Invoke-Command { stsx invoked 'x[12]' }; (1..2).ForEach({ stsx each $_ }); 1 | Where-Object { stsx exit 1; $? }
$r = [powershell]::Create('CurrentRunspace').AddCommand('stsx').AddArgument('*.tf').Invoke(); "$r"
class C { [string] M() { return (stsx method 'a*') } }; [C]::new().M()
filter g { stsx filtered $_ }; 'p q' | g
& 'stsx' quoted; & "stsx" x; $n = 'stsx'; & $n var; & (Get-Command stsx) got '*'; STSX upper
"$(stsx 'in text')"; @"
$(stsx here a,b)
"@
trap { "trapped $_"; continue }

# Preferences, and strict.
$Error.Clear(); stsx exit 3; "errors $($Error.Count)"
$PSNativeCommandArgumentPassing = 'Legacy'; stsx '' 'a"b' 'c d\'; $PSNativeCommandArgumentPassing = 'Standard'
$PSNativeCommandUseErrorActionPreference = $true; stsx exit 3 2>$null; "status $? $LASTEXITCODE"
try { $ErrorActionPreference = 'Stop'; stsx exit 4 } catch { "caught $($_.Exception.GetType().Name)" }
$PSNativeCommandUseErrorActionPreference = $false
Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'
stsx strict '*.tf'; stsx exit 3; "status $? $LASTEXITCODE"; stsx err 2>&1 | ForEach-Object { "$_" } | Sort-Object; stsx err 2> $null
function strictly { Set-StrictMode -Version Latest; stsx @args; $LASTEXITCODE }; strictly exit 2; strictly a '' b
Measure-Command { stsx measured } | ForEach-Object { $_.GetType().Name }
stsx | Tee-Object -Variable tee | ForEach-Object { "tee $_" }; $tee; stsx a -OutVariable x
stsx a | Select-String a | ForEach-Object { $_.Line }; stsx @words -- @words
prompt | ForEach-Object { $_.GetType().Name }
'done'
exit 3
