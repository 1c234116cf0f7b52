using System.Globalization;
using Lab.Processes;

namespace Lab.Sip;

/// <summary>Debian's SIPp with one scenario of <c>interop-fixtures/sipp</c>, over TCP through a <see cref="TlsRelay"/>: its exit code and its statistics are the verdict.</summary>
public sealed class Sipp : IAsyncDisposable
{
    public const string Domain = "sipp.example";
    public const string Fqdn = "sip.sipp.example";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);
    private readonly LabProcess _process;
    private readonly string _files;

    private Sipp(LabProcess process, string files) => (_process, _files) = (process, files);

    /// <summary>A peer that begins: <paramref name="calls"/> calls, then its end.</summary>
    public static Sipp Calls(LabDirectory directory, TlsRelay relay, string scenario, int calls, params (string Name, string Value)[] keys) =>
        Start(directory, scenario, calls, ["127.0.0.1:" + Text(relay.PlainPort), "-p", Text(LabPorts.Take()), "-l", "100"], keys);

    /// <summary>A peer that waits to be called; ready once it listens.</summary>
    public static async Task<Sipp> WaitsAsync(LabDirectory directory, TlsRelay relay, string scenario, int calls, params (string Name, string Value)[] keys)
    {
        var sipp = Start(directory, scenario, calls, ["-p", Text(relay.PeerPort)], keys);
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!LabPorts.IsListening(relay.PeerPort))
        {
            if (!sipp._process.IsRunning) throw new LabFaultException("SIPp ended at its start\n" + sipp._process.Lines.Tail(20));
            await look.WaitForNextTickAsync(deadline.Token);
        }

        return sipp;
    }

    /// <summary>Waits for its end and reads the last line of its statistics.</summary>
    public async Task<SippResult> EndAsync()
    {
        var code = await _process.EndAsync(Limit + Stage.Soon);
        var lines = File.Exists(_files + ".csv") ? await File.ReadAllLinesAsync(_files + ".csv") : [];
        var names = lines.Length > 0 ? lines[0].Split(';') : [];
        var values = lines.Length > 1 ? lines[^1].Split(';') : [];
        var statistics = names.Zip(values).Where(p => p.First.Length > 0).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        var errors = File.Exists(_files + ".err") ? await File.ReadAllTextAsync(_files + ".err") : "";
        return new SippResult(code, statistics, errors + "\n" + _process.Lines.Tail(10));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static Sipp Start(LabDirectory directory, string scenario, int calls, IEnumerable<string> place, (string Name, string Value)[] keys)
    {
        var files = Path.Combine(directory.Folder("sipp"), scenario + "-" + Guid.NewGuid().ToString("N")[..8]);
        List<string> arguments =
        [
            .. place, "-sf", Path.Combine(Programs.RepositoryRoot, "interop-fixtures", "sipp", scenario + ".xml"), "-i", "127.0.0.1", "-t", "t1", "-m", Text(calls), "-r", "50",
            "-nostdin", "-skip_rlimit", "-timeout", Text((int)Limit.TotalSeconds), "-timeout_error", "-recv_timeout", "90000",
            "-trace_stat", "-stf", files + ".csv", "-fd", "1", "-trace_err", "-error_file", files + ".err", "-trace_msg", "-message_file", files + ".msg",
        ];
        foreach (var (name, value) in keys) arguments.AddRange(["-key", name, value]);
        return new Sipp(LabProcess.Start("sipp " + scenario, Programs.Sipp, arguments, directory.Root, environment: new Dictionary<string, string> { ["TERM"] = "dumb" }), files);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How SIPp ended: 0 is "all calls as the scenario says".</summary>
public sealed record SippResult(int ExitCode, IReadOnlyDictionary<string, string> Statistics, string Errors)
{
    public int Count(string name) => Statistics.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : -1;
}
