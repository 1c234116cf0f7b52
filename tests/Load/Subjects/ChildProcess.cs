using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Load.Subjects;

/// <summary>A process we started: its output in a file, its end together with ours.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<ChildProcess, byte> Living = new();
    private readonly Process process;
    private readonly StreamWriter record;
    private readonly TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? awaited;

    static ChildProcess()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var child in Living.Keys) child.process.Kill(entireProcessTree: true);
        };
    }

    private ChildProcess(ProcessStartInfo start, string recordFile, string? awaited)
    {
        record = new StreamWriter(recordFile) { AutoFlush = true };
        this.awaited = awaited;
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Exited += (_, _) => seen.TrySetException(new LoadFailureException($"{start.FileName} ended; see {recordFile}"));
    }

    public int Id => process.Id;

    /// <summary>Starts it and, when <paramref name="awaited"/> is given, waits for a line with that text.</summary>
    public static async Task<ChildProcess> StartAsync(
        string file, IEnumerable<string> arguments, string folder, string recordFile, string? awaited = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder,
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        var child = new ChildProcess(start, recordFile, awaited);
        Living.TryAdd(child, 0);
        child.process.Start();
        child.process.StandardInput.Close();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        if (awaited is null) return child;
        try
        {
            await child.seen.Task.WaitAsync(TimeSpan.FromSeconds(60));
            return child;
        }
        catch (Exception e) when (e is TimeoutException or LoadFailureException)
        {
            await child.DisposeAsync();
            throw new LoadFailureException($"{file} did not say '{awaited}'; see {recordFile}\n{await File.ReadAllTextAsync(recordFile)}");
        }
    }

    /// <summary>Runs a short command to its end; its output goes to the console when it fails.</summary>
    public static async Task RunAsync(string file, params IReadOnlyList<string> arguments)
    {
        using var command = Process.Start(new ProcessStartInfo(file, arguments) { UseShellExecute = false }) ?? throw new LoadFailureException($"{file} cannot be started");
        await command.WaitForExitAsync();
        if (command.ExitCode != 0) throw new LoadFailureException($"{file} {string.Join(' ', arguments)} ended with {command.ExitCode}");
    }

    public async ValueTask DisposeAsync()
    {
        Living.TryRemove(this, out _);
        if (!process.HasExited)
        {
            _ = Kill(process.Id, 15);
            try
            {
                await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
        await record.DisposeAsync();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int id, int signal);

    private void Take(string? line)
    {
        if (line is null) return;
        lock (record)
        {
            if (record.BaseStream is { CanWrite: true }) record.WriteLine(line);
        }

        if (awaited is not null && line.Contains(awaited, StringComparison.Ordinal)) seen.TrySetResult();
    }
}
