@echo off
rem Starts the daemon on the JVM of JSTORRENT_JAVA_HOME, else on the runtime that is part of this
rem distribution, else on the JVM of JAVA_HOME, else of the PATH. It must be Java 21 or newer. The
rem options of the JVM are in conf\jvm.options; JSTORRENT_JAVA_OPTIONS adds some, and the variables
rem with options for every JVM of the user do not count.
setlocal DisableDelayedExpansion
set "HOME_DIR=%~dp0.."
set "JAVA_EXE=java.exe"
if defined JAVA_HOME if exist "%JAVA_HOME%\bin\java.exe" set "JAVA_EXE=%JAVA_HOME%\bin\java.exe"
if exist "%HOME_DIR%\runtime\bin\java.exe" set "JAVA_EXE=%HOME_DIR%\runtime\bin\java.exe"
if defined JSTORRENT_JAVA_HOME set "JAVA_EXE=%JSTORRENT_JAVA_HOME%\bin\java.exe"
for %%V in (JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JDK_AOT_VM_OPTIONS _JAVA_LAUNCHER_DEBUG) do set "%%V="
set "ARCHIVE=-XX:SharedArchiveFile=%HOME_DIR%\lib\app.jsa"
if exist "%HOME_DIR%\lib\app.aot" set "ARCHIVE=-XX:AOTCache=%HOME_DIR%\lib\app.aot"
set "SIZES=-Xms20m -Xmn12m -Xmx512m -XX:MaxDirectMemorySize=768m"
"%JAVA_EXE%" %SIZES% "@%HOME_DIR%\conf\jvm.options" %JSTORRENT_JAVA_OPTIONS% -Xlog:all=off:stdout -XX:+DisplayVMOutputToStderr "%ARCHIVE%" -cp "%HOME_DIR%\lib\iodaemon-launcher.jar" com.jstorrent.iodaemon.launcher.Main %*
exit /b %ERRORLEVEL%
