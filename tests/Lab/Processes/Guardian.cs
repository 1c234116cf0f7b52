using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Lab.Processes;

/// <summary>
/// Ends what this process started when this process ends, however it ends. A shell of its own session reads a pipe that only we hold; at its end, which the kernel brings about for <c>kill -9</c> too, it kills
/// every process that carries our mark in its environment: children, their children, and what left our process group.
/// </summary>
public static partial class Guardian
{
    /// <summary>The variable by which a process is known to belong to a host.</summary>
    public const string Variable = "LAB_HOST";

    /// <summary>The variable by which a process is known to belong to one process that a host started.</summary>
    private const string Root = "LAB_PROCESS";

    // Rounds, because what is being killed may still be starting another; a pause of a tenth between them.
    private const string Script = """
        trap '' HUP INT TERM
        exec >/dev/null 2>&1
        while read -r _; do :; done
        round=0
        while [ $round -lt 100 ]; do
            found=$(grep -lzFx "$1" /proc/[0-9]*/environ)
            [ -n "$found" ] || exit 0
            for file in $found; do id=${file#/proc/}; kill -9 "${id%/environ}"; done
            round=$((round + 1))
            sleep 0.1
        done
        """;

    // Held as long as we live: the shell sees the end of the pipe when this is gone.
    private static readonly Lazy<Process> Shell = new(Begin);

    /// <summary>The value of <see cref="Variable"/> in all that this process starts.</summary>
    public static string Mark { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Puts a process that is about to be started under guard; what is given back names it and all it starts for <see cref="Kill"/>.</summary>
    public static string Take(ProcessStartInfo start)
    {
        _ = Shell.Value;
        var family = Guid.NewGuid().ToString("N");
        start.Environment[Variable] = Mark;
        start.Environment[Root] = family;
        return family;
    }

    /// <summary>Kills a process that <see cref="Take"/> named, with all it has started: a child's child that lives on would hold its pipes.</summary>
    public static void Kill(string family)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !Carries(folder, family)) continue;
            _ = Kill(id, 9);
        }
    }

    private static bool Carries(string folder, string family)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "environ")).Split('\0').Contains($"{Root}={family}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Process Begin()
    {
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script, "guardian", $"{Variable}={Mark}"]) { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" };
        // We may have a guardian ourselves, and it must not end ours before ours has done its work.
        start.Environment.Remove(Variable);
        start.Environment.Remove(Root);
        return Process.Start(start) ?? throw new LabFaultException("the guardian cannot be started");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
