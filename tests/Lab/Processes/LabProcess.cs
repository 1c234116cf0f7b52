using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lab.Processes;

/// <summary>One child process of the lab: its lines as a journal, its end as an event, and no way to outlive the process that started it (<see cref="Guardian"/>).</summary>
public sealed partial class LabProcess : IAsyncDisposable
{
    private static readonly TimeSpan TermDeadline = TimeSpan.FromSeconds(15);
    private static readonly ConcurrentDictionary<LabProcess, byte> Living = [];
    private readonly Process _process;
    private readonly string _family;
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StreamWriter? _record;
    private readonly Action<string>? _onLine;

    static LabProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) => KillAll();

    private LabProcess(string name, ProcessStartInfo start, string? recordFile, Action<string>? onLine)
    {
        Name = name;
        _onLine = onLine;
        Lines = new Journal<string>(name, line => line);
        _record = recordFile is null ? null : new StreamWriter(recordFile, append: true) { AutoFlush = true };
        _family = Guardian.Take(start);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
    }

    public string Name { get; }

    /// <summary>Standard output and standard error, line by line, in the order in which they were read.</summary>
    public Journal<string> Lines { get; }

    public int Id => _process.Id;

    public bool IsRunning => !_ended.Task.IsCompleted;

    /// <param name="onLine">Is given each line of standard output before it is in the journal.</param>
    public static LabProcess Start(
        string name, string file, IEnumerable<string> arguments, string? workingDirectory = null, string? recordFile = null, Action<string>? onLine = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        var process = new LabProcess(name, start, recordFile, onLine);
        process.Run();
        return process;
    }

    /// <summary>Runs a short command to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string name, string file, IEnumerable<string> arguments, TimeSpan deadline, string? workingDirectory = null)
    {
        await using var process = Start(name, file, arguments, workingDirectory);
        process.CloseInput();
        var code = await process.EndAsync(deadline);
        return (code, string.Join('\n', process.Lines.All()));
    }

    public async Task WriteLineAsync(string line)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException e)
        {
            throw new LabFaultException($"{Name} takes no more commands: {e.Message}\n{Lines.Tail(20)}");
        }
    }

    public void CloseInput() => _process.StandardInput.Close();

    public async Task<int> EndAsync(TimeSpan deadline)
    {
        try
        {
            return await _ended.Task.WaitAsync(deadline);
        }
        catch (TimeoutException)
        {
            throw new LabTimeoutException($"{Name}: not within {deadline.TotalSeconds:0.#} s: its end\n{Lines.Tail(30)}");
        }
    }

    /// <summary>SIGTERM, and the wait for the end.</summary>
    public Task<int> TerminateAsync(TimeSpan deadline)
    {
        Signal(15);
        return EndAsync(deadline);
    }

    /// <summary>SIGKILL to it and to all it has started, and the wait for the end.</summary>
    public Task<int> KillAsync(TimeSpan deadline)
    {
        Guardian.Kill(_family);
        return EndAsync(deadline);
    }

    public void Signal(int number)
    {
        if (IsRunning) _ = Kill(_process.Id, number);
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            Signal(15);
            try
            {
                await EndAsync(TermDeadline);
            }
            catch (LabTimeoutException)
            {
                Guardian.Kill(_family);
                await EndAsync(Stage.Soon);
            }
        }

        Living.TryRemove(this, out _);
        _process.Dispose();
    }

    /// <summary>Ends every child at once: for the end of the process itself.</summary>
    public static void KillAll()
    {
        foreach (var process in Living.Keys) process.Signal(9);
    }

    private void Run()
    {
        try
        {
            _process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LabFaultException($"{Name} cannot be started ({_process.StartInfo.FileName}): {e.Message}");
        }

        Living[this] = 0;
        _ = FollowAsync();
    }

    private async Task FollowAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput, isOutput: true), ReadAsync(_process.StandardError, isOutput: false));
        await _process.WaitForExitAsync();
        var code = _process.ExitCode;
        _record?.Dispose();
        Lines.End($"exit code {code}");
        _ended.TrySetResult(code);
    }

    private async Task ReadAsync(StreamReader reader, bool isOutput)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (_record is not null) lock (_record) _record.WriteLine(line);
            if (isOutput) _onLine?.Invoke(line);
            Lines.Add(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
