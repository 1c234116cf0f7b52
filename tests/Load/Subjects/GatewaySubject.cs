using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Load.Measure;
using Load.Scenarios;
using Load.Wire;
using Load.Xmpp;

namespace Load.Subjects;

/// <summary>Our own executable, a Release build, with the configuration an operator would write for one edge and one XMPP server; or one that somebody started with that configuration.</summary>
internal sealed class GatewaySubject(string folder, LoadAuthority authority, LoadOptions options) : ISubject
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly List<ProcessUse> processes = [];
    private ChildProcess? process;

    public string Name => SubjectNames.Gateway;

    public IPEndPoint? Sip => Site.GatewaySip;

    public IPEndPoint? Xmpp => Site.GatewayXmpp;

    public IReadOnlyList<string> Plays { get; } =
    [
        ScenarioNames.Page, ScenarioNames.Session, ScenarioNames.ToSip, ScenarioNames.PresenceToSip, ScenarioNames.PresenceToXmpp, ScenarioNames.Pairs, ScenarioNames.Subscribe, ScenarioNames.Refresh,
        ScenarioNames.Handshakes, ScenarioNames.Streams, ScenarioNames.Page + "@1x1", ScenarioNames.ToSip + "@1x1", ScenarioNames.Page + "@64x1", ScenarioNames.ToSip + "@64x1",
        ScenarioNames.Page + "@4x500", ScenarioNames.ToSip + "@4x500",
    ];

    public IReadOnlyList<ProcessUse> Processes => processes;

    /// <summary>Certificates and configuration; gives the configuration's file.</summary>
    public string Prepare()
    {
        authority.Leaf("gateway", Site.GatewayHost, Ends.XmppDomain, Ends.SipDomain).Dispose();
        var file = Path.Combine(folder, "appliance.json");
        File.WriteAllText(file, Document().ToJsonString(Indented));
        return file;
    }

    public async Task StartAsync()
    {
        if (options.AttachFolder is null)
        {
            var configuration = Prepare();
            process = await ChildProcess.StartAsync(await ExecutableAsync(), ["run", "--config", configuration], folder, Path.Combine(folder, "gateway.log"), "ready: ", options.Runtime);
        }

        processes.Add(new ProcessUse(Name, process?.Id ?? RunningId()));
    }

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<string> ExecutableAsync()
    {
        var root = Repository.Root;
        var file = Path.Combine(root, "gateway/Gateway.Host/bin/Release/net10.0/gateway");
        if (!File.Exists(file))
            await ChildProcess.RunAsync("dotnet", "build", "-c", "Release", "--nologo", "-v", "quiet", "-clp:NoSummary", Path.Combine(root, "gateway/Gateway.Host"));
        return file;
    }

    // The process whose command line names the folder we prepared, or that was started in it.
    private int RunningId()
    {
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(entry), System.Globalization.CultureInfo.InvariantCulture, out var id)) continue;
            if (IsOurs(entry)) return id;
        }

        throw new LoadFailureException("--attach: no gateway runs with the configuration in " + folder);
    }

    private bool IsOurs(string entry)
    {
        try
        {
            return File.ReadAllText(Path.Combine(entry, "comm")).Trim() == "gateway"
                && (File.ReadAllText(Path.Combine(entry, "cmdline")).Contains(folder, StringComparison.Ordinal) || Directory.ResolveLinkTarget(Path.Combine(entry, "cwd"), false)?.FullName == folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private JsonObject Document() => new()
    {
        ["listeners"] = new JsonObject
        {
            ["sip"] = new JsonArray(new JsonObject { ["address"] = Site.GatewaySip.ToString() }),
            ["xmpp"] = new JsonArray(new JsonObject { ["address"] = Site.GatewayXmpp.ToString() }),
            ["http"] = Site.GatewayHttp.ToString(),
            ["admin"] = Path.Combine(folder, "admin.sock"),
        },
        ["identity"] = new JsonObject { ["fqdn"] = Site.GatewayHost },
        ["certificates"] = new JsonObject
        {
            ["own"] = new JsonArray(new JsonObject { ["name"] = "gateway", ["certificate"] = authority.FileOf("gateway", "crt"), ["key"] = authority.FileOf("gateway", "key") }),
            ["trust"] = new JsonArray(new JsonObject { ["name"] = "default", ["files"] = new JsonArray(authority.AuthorityFile) }),
        },
        ["peers"] = new JsonArray(
            new JsonObject
            {
                ["name"] = "edge", ["protocol"] = "sip", ["profile"] = "lync2013", ["addresses"] = new JsonArray($"{Site.EdgeHost}:{Site.EndSip.Port}"),
                ["tlsSubjects"] = new JsonArray(Site.EdgeHost), ["fromDomains"] = new JsonArray(Ends.SipDomain), ["privateTargets"] = true,
                ["limits"] = new JsonObject { ["connectionsMax"] = 10_000 },

                // What is measured is what it can do, not how it spares its peers.
                ["sip"] = new JsonObject { ["pacePerSecond"] = 0, ["watchersMax"] = 1_000_000 },
            },
            new JsonObject
            {
                ["name"] = "server", ["protocol"] = "xmpp", ["profile"] = "generic", ["addresses"] = new JsonArray($"{Site.XmppHost}:{Site.EndXmpp.Port}"),
                ["fromDomains"] = new JsonArray([.. XmppEnd.Domains(2 * options.Idle).Select(d => JsonValue.Create(d))]), ["privateTargets"] = true, ["dialback"] = options.UsesDialback,
                ["limits"] = new JsonObject { ["connectionsMax"] = 10_000 },
            }),
        ["dns"] = new JsonObject
        {
            ["hosts"] = new JsonObject
            {
                [Site.EdgeHost] = new JsonArray(Site.EndSip.Address.ToString()), [Site.XmppHost] = new JsonArray(Site.EndXmpp.Address.ToString()),
            },
        },
        ["limits"] = new JsonObject { ["connectionsMax"] = 20_000, ["connectionsPerAddressMax"] = 20_000, ["acceptsPerSecondMax"] = 100_000, ["acceptsPerSecondPerAddressMax"] = 100_000 },
        ["store"] = new JsonObject { ["sqlite"] = Path.Combine(folder, "gateway.db") },
        ["presence"] = new JsonObject { ["notifyInterval"] = 0, ["watchersMax"] = 1_000_000 },
    };
}
