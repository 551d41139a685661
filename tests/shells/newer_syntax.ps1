# Prints what Windows PowerShell 5.1 can't parse in the files that it is given,
# and the commands and parameters in them that are not in this list: each of
# these is in 5.1. TestPowerShellSyntax runs it.

$tokens = 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', 'QuestionLBracket', 'AndAnd', 'OrOr', 'QuestionMark', 'Clean'
$nodes = 'PipelineChainAst', 'TernaryExpressionAst'
$variables = 'IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSStyle', 'EnabledExperimentalFeatures'
$commands = @{
	'Get-Command' = 'CommandType', 'Name'; 'Get-Location' = @('PSProvider')
	'Get-Variable' = 'Name', 'Scope', 'ValueOnly', 'ErrorAction'
	'Invoke-Expression' = @(); 'New-Object' = @(); 'Out-String' = @()
	'Register-ArgumentCompleter' = 'Native', 'CommandName', 'ScriptBlock', 'ParameterName'
	'Remove-Item' = 'LiteralPath', 'ErrorAction'; 'Select-Object' = 'First', 'Skip'; 'Set-Item' = 'LiteralPath', 'Value', 'ErrorAction'
	'TabExpansion2' = 'inputScript', 'cursorColumn'; 'Test-Path' = 'LiteralPath'; 'Where-Object' = @(); 'Write-Error' = @('ErrorAction')
}
foreach ($file in $args) {
	$found = $null; $errors = $null
	$ast = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref]$found, [ref]$errors)
	$errors | ForEach-Object { "$file does not parse: $($_.ErrorId)" }
	$found | Where-Object { $tokens -contains $_.Kind -or $_.Text -match '`[eu]' } | ForEach-Object { "$file has $($_.Text)" }
	foreach ($node in $ast.FindAll({ $true }, $true)) {
		$name = $node.GetType().Name
		if ($nodes -contains $name -or ($name -eq 'PipelineAst' -and $node.Background)) { "$file has $name" }
		if ($name -eq 'VariableExpressionAst' -and $variables -contains $node.VariablePath.UserPath) { "$file has $node" }
		if ($name -ne 'CommandAst') { continue }
		$command = $node.GetCommandName()
		if (-not $command -or $command -like '__stsx_*') { continue }
		if (-not $commands.ContainsKey($command)) { "$file calls $command"; continue }
		$node.CommandElements.Where({ $_ -is [System.Management.Automation.Language.CommandParameterAst] }) |
			Where-Object { $commands[$command] -notcontains $_.ParameterName } |
			ForEach-Object { "$file calls $command $_" }
	}
}
