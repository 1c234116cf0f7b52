using System.Net;
using System.Net.Sockets;
using Lab.Processes;

namespace Lab.Appliance;

/// <summary>The real <c>gateway</c> executable, run with a configuration the lab wrote; it may be restarted and killed, and its lines, status and metrics are read as an operator would.</summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = Stage.Soon;
    private static readonly TimeSpan StopDeadline = Stage.Soon;
    private readonly string _configuration;
    private readonly string _record;
    private readonly Uri _http;
    private readonly HttpClient _client = new() { Timeout = Stage.Soon };
    private readonly IReadOnlyDictionary<string, string>? _environment;
    private LabProcess? _process;

    public GatewayProcess(string configuration, int httpPort, string record, IReadOnlyDictionary<string, string>? environment = null)
    {
        (_configuration, _record, _environment) = (configuration, record, environment);
        _http = new UriBuilder("http", "127.0.0.1", httpPort).Uri;
        _client.BaseAddress = _http;
    }

    public static string Executable => Programs.Built("gateway/Gateway.Host", "gateway");

    public Uri Http => _http;

    public bool IsRunning => _process?.IsRunning == true;

    public LabProcess Process => _process ?? throw new LabFaultException("the gateway is not started");

    public async Task StartAsync()
    {
        if (IsRunning) throw new LabFaultException("the gateway runs already");
        if (_process is not null) await _process.DisposeAsync();
        _process = LabProcess.Start(
            "gateway", Executable, ["run", "--config", _configuration], Path.GetDirectoryName(_configuration), _record, environment: _environment);
        await ReadyAsync();
    }

    /// <summary>SIGTERM: it finishes what is under way and ends with 0.</summary>
    public async Task StopAsync()
    {
        var code = await Process.TerminateAsync(StopDeadline);
        if (code != 0) throw new LabFaultException($"the gateway ended with {code} after SIGTERM\n{Process.Lines.Tail(30)}");
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>SIGKILL, then a start.</summary>
    public async Task KillAndStartAsync()
    {
        await Process.KillAsync(StopDeadline);
        await StartAsync();
    }

    /// <summary>A line of its log, past or coming, but none of the first <paramref name="after"/> (<see cref="Journal{T}.Length"/> of the lines before the act).</summary>
    public Task<string> LineAsync(string what, Func<string, bool> matches, TimeSpan deadline, int after = 0) => Process.Lines.SeeAsync(what, matches, deadline, after);

    /// <summary>SIGHUP, and the wait until what the configuration says now is in force.</summary>
    public async Task ReloadAsync()
    {
        var before = Process.Lines.Length;
        Process.Signal(1);
        await LineAsync("the reload is done", l => l.Contains("reloaded; in force now", StringComparison.Ordinal), Stage.Soon, before);
    }

    public Task<string> MetricsAsync() => _client.GetStringAsync(new Uri("/metrics", UriKind.Relative));

    /// <summary>The sum of all samples of a metric whose labels contain every given <c>name="value"</c>.</summary>
    public async Task<double> MetricAsync(string name, params string[] labels) => MetricLines.Sum(await MetricsAsync(), name, labels);

    /// <summary>Scrapes until the metric has this value, as a monitoring system would see it happen.</summary>
    public async Task MetricReachesAsync(double value, string name, params string[] labels)
    {
        var last = await MetricPassesAsync(value, name, labels);
        if (last > value) throw new LabFaultException($"{name} {string.Join(' ', labels)} is {last}, not {value}");
    }

    /// <summary>Scrapes until the metric has at least this value.</summary>
    public async Task<double> MetricPassesAsync(double value, string name, params string[] labels)
    {
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var scrape = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var last = double.NaN;
        try
        {
            while (await scrape.WaitForNextTickAsync(deadline.Token))
            {
                last = await MetricAsync(name, labels);
                if (last >= value) return last;
            }

            throw new LabFaultException("a timer that nobody stops has ended");
        }
        catch (OperationCanceledException)
        {
            throw new LabTimeoutException($"gateway: not in time: {name} {string.Join(' ', labels)} = {value}, it is {last}");
        }
    }

    /// <summary>What <c>gateway status --json</c> prints, from where the verb has it.</summary>
    public async Task<string> StatusAsync()
    {
        var socket = Path.Combine(Path.GetDirectoryName(_configuration)!, "run", "admin.sock");
        using var admin = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(socket, cancellation) }) { Timeout = Stage.Soon };
        return await admin.GetStringAsync(new Uri("http://gateway/status"));
    }

    /// <summary>A verb of the executable with our configuration, as an operator types it.</summary>
    public Task<(int ExitCode, string Output)> VerbAsync(params string[] words) => LabProcess.RunAsync(
        "gateway " + string.Join(' ', words), Executable, [.. words, "--config", _configuration], Stage.Soon, Path.GetDirectoryName(_configuration));

    /// <summary>A verb that goes on until it is told to end.</summary>
    public LabProcess StartVerb(params string[] words) =>
        LabProcess.Start("gateway " + string.Join(' ', words), Executable, [.. words, "--config", _configuration], Path.GetDirectoryName(_configuration));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _client.Dispose();
    }

    private static async ValueTask<Stream> ConnectAsync(string socket, CancellationToken cancellation)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The line with which it says that it is ready; then <c>/readyz</c> must say the same.</summary>
    private async Task ReadyAsync()
    {
        await Process.Lines.SeeAsync("the gateway says that it is ready", l => l.Contains("ready: ", StringComparison.Ordinal), StartDeadline);
        using var answer = await _client.GetAsync(new Uri("/readyz", UriKind.Relative));
        if (answer.StatusCode != HttpStatusCode.OK) throw new LabFaultException($"/readyz answers {(int)answer.StatusCode} after the ready line: {await answer.Content.ReadAsStringAsync()}");
    }
}
