using System.Globalization;
using Lab.Processes;

namespace Lab.Names;

/// <summary>dnsmasq on a loopback port, answering from its arguments only: the DNS of the lab. The answers have TTL 0, so a test may start it anew with other records.</summary>
public sealed class Dnsmasq : IAsyncDisposable
{
    private readonly LabProcess _process;

    private Dnsmasq(LabProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public LabProcess Process => _process;

    public static async Task<Dnsmasq> StartAsync(LabDirectory directory, IEnumerable<LabRecord> records, int? port = null)
    {
        var listen = port ?? LabPorts.Take();
        List<string> arguments =
        [
            "--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--bind-interfaces", "--listen-address=127.0.0.1",
            "--port=" + listen.ToString(CultureInfo.InvariantCulture), "--pid-file=", "--log-facility=-", "--log-queries", "--local=/example/", "--local-ttl=0",
        ];
        if (Environment.UserName == "root") arguments.Add("--user=root");
        arguments.AddRange(records.Select(r => r.Argument));
        var process = LabProcess.Start("dnsmasq", Programs.Dnsmasq, arguments, directory.Root, directory.File("dnsmasq.log"));
        await process.Lines.SeeAsync("dnsmasq started", line => line.Contains("started, version", StringComparison.Ordinal), Stage.Soon);
        return new Dnsmasq(process, listen);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
