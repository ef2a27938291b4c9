# Runs the daemon in the background whenever this user has logged on, as a scheduled task. A Windows service
# would run as another account, which has no rights to the user's folders.
#
#   powershell -ExecutionPolicy Bypass -File install-task.ps1 -Config C:\Users\me\daemon.conf
#
# The task runs without a window. Windows ends it without asking; POST /control/shutdown ends it gracefully.
param(
  [Parameter(Mandatory = $true)] [string] $Config,
  [string] $Name = 'JSTorrent I/O daemon'
)
$ErrorActionPreference = 'Stop'

$script = (Resolve-Path (Join-Path $PSScriptRoot '..\..\bin\jstorrent-io-daemon.cmd')).Path
$configPath = (Resolve-Path $Config).Path
$user = [System.Security.Principal.WindowsIdentity]::GetCurrent().Name

# The outer pair of quotes is for cmd, which removes it.
$action = New-ScheduledTaskAction -Execute "$env:SystemRoot\System32\cmd.exe" `
  -Argument "/d /s /c `"`"$script`" --config `"$configPath`"`""
$trigger = New-ScheduledTaskTrigger -AtLogOn -User $user
$principal = New-ScheduledTaskPrincipal -UserId $user -LogonType S4U -RunLevel Limited
$settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) `
  -RestartCount 3 -RestartInterval (New-TimeSpan -Minutes 1) `
  -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -MultipleInstances IgnoreNew

Register-ScheduledTask -TaskName $Name -Action $action -Trigger $trigger `
  -Principal $principal -Settings $settings -Force | Out-Null
Start-ScheduledTask -TaskName $Name
