# Lines in which stsx.exe gets arguments, pipes and statuses. TestPowerShell runs them without the hook and with it,
# in Windows PowerShell 5.1 too, where there is one. What they show goes to a file: under wine pwsh.exe writes to a
# terminal alone.
param($stsx, $lay, $out, $hook)

function say { [IO.File]::AppendAllText($out, "$args`n") }
if ($hook -eq 'hook') { & $stsx init powershell | Out-String | Invoke-Expression }
Set-Alias stsx $stsx

say (stsx exec prod -- $lay words 'a b' '' '*.toml' ~ 'x[12]' a,b '$HOME' '\' 'e f\' '\\host\x' -x --y=z -x:y 0123 1kb @('p', 'q'))
say "$? $LASTEXITCODE"
stsx exec prod -- cmd /c exit 3; say "$? $LASTEXITCODE"
if ($(stsx exec prod -- cmd /c exit 3; $?)) { say yes } else { say no }
try { stsx exec prod -- cmd /c exit 9 } finally { say "finally $LASTEXITCODE" }
function inside { stsx exec prod -- $lay words @args }
say (inside 1 'x y' '*')
foreach ($i in 1, 2) { say (stsx exec prod -- $lay words loop $i) }
say (& stsx exec prod -- $lay words amp '*.toml')
say (& $stsx exec prod -- $lay words path)
Set-Alias ss stsx
ss exec prod -- cmd /c exit 5; say "$? $LASTEXITCODE"
say (& { stsx exec prod -- $lay words block a,b })
1, 2 | ForEach-Object { say (stsx exec prod -- $lay words each $_) }
$words = 'v w', '*.toml'
say (stsx exec prod -- $lay words @words)
say (stsx env prod --shell cmd | Out-String)
say (stsx env prod --shell powershell | Out-String)
say (stsx exec prod -- cmd /c 'echo %STSX_PROFILE% %AWS_ACCESS_KEY_ID%')
stsx no-such-verb 2>$null; say "$? $LASTEXITCODE"
stsx exec nobody -- cmd /c exit 2>$null; say "$? $LASTEXITCODE"
Invoke-Expression "stsx exec prod -- cmd /c exit 4"; say "$? $LASTEXITCODE"
Set-StrictMode -Version Latest
say (stsx exec prod -- $lay words strict '*.toml')
say (Get-Command stsx).CommandType (Get-Command stsx).Definition
say done
if ($hook -ne 'hook') { exit 3 }

stsx-use prod; say "used $? $env:STSX_PROFILE $env:AWS_ACCESS_KEY_ID"
stsx-use dev; say "used $? $env:STSX_PROFILE $env:AWS_ACCESS_KEY_ID"
stsx-unuse; say "back $? $env:STSX_PROFILE $env:AWS_ACCESS_KEY_ID"
stsx-unuse; say "unused $? [$env:STSX_PROFILE] [$env:AWS_ACCESS_KEY_ID]"
stsx-use nobody 2>$null; say "failed $? [$env:STSX_PROFILE]"
exit 3
