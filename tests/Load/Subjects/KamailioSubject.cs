using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Load.Measure;
using Load.Scenarios;
using Load.Wire;

namespace Load.Subjects;

/// <summary>
/// The only open composition that does a part of the same job: Kamailio's xmpp module as a component of Prosody or ejabberd. It carries pages of text and no presence. The module dies on its first
/// stream header as shipped, so a shim is preloaded (kamailio/expatfix.c).
/// </summary>
internal sealed class KamailioSubject(string folder, LoadAuthority authority, LoadOptions options) : ISubject
{
    private const int KamailioMegabytes = 4_096;
    private readonly List<ProcessUse> processes = [];
    private readonly List<ChildProcess> children = [];
    private NameServer? names;

    public string Name => "kamailio";

    public IPEndPoint Sip => Site.KamailioSip;

    public IPEndPoint Xmpp => Site.ServerXmpp;

    public IReadOnlyList<string> Scenarios { get; } = [ScenarioNames.Page, ScenarioNames.ToSip];

    public IReadOnlyList<ProcessUse> Processes => processes;

    private static string Sources => Path.Combine(Repository.Root, "tests/Load/kamailio");

    public async Task StartAsync()
    {
        await ChildProcess.RunAsync("bash", Path.Combine(Sources, "setup.sh"), options.Server);
        var shim = Path.Combine(folder, "expatfix.so");
        await ChildProcess.RunAsync("cc", "-O2", "-shared", "-fPIC", "-o", shim, Path.Combine(Sources, "expatfix.c"), "-ldl");
        authority.Leaf("gateway", Site.GatewayHost, Ends.XmppDomain, Ends.SipDomain).Dispose();
        await File.WriteAllTextAsync(
            Path.Combine(folder, "gateway.both.pem"), await File.ReadAllTextAsync(authority.FileOf("gateway", "crt")) + await File.ReadAllTextAsync(authority.FileOf("gateway", "key")));
        names = new NameServer(Site.Names, Site.EndXmpp);
        await StartServerAsync();
        await StartKamailioAsync(shim);
    }

    public async ValueTask DisposeAsync()
    {
        children.Reverse();
        foreach (var child in children) await child.DisposeAsync();
        names?.Dispose();
    }

    private static async Task ListeningAsync(IPEndPoint address)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tries = 0; tries < 300; tries++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address);
                return;
            }
            catch (SocketException)
            {
                await timer.WaitForNextTickAsync();
            }
        }

        throw new LoadFailureException($"nothing listens on {address} after 30 s");
    }

    private async Task StartServerAsync()
    {
        Directory.CreateDirectory(Path.Combine(folder, options.Server + "-data"));
        var log = Path.Combine(folder, options.Server + ".log");
        if (options.Server == "prosody")
            children.Add(await ChildProcess.StartAsync("prosody", ["--config", Fill("prosody.cfg.lua"), "-F"], folder, log));
        else
        {
            // Erlang resolves through our name server, whatever the machine's own resolver is.
            var resolver = Path.Combine(folder, "inetrc");
            var server = Site.Names.Address.ToString().Replace('.', ',');
            await File.WriteAllTextAsync(
                resolver, $"{{resolv_conf, \"\"}}.\n{{hosts_file, \"\"}}.\n{{lookup, [dns]}}.\n{{edns, false}}.\n{{nameserver, {{{server}}}, {Site.Names.Port}}}.\n");
            var environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOME"] = folder, ["ERL_LIBS"] = "/usr/lib/x86_64-linux-gnu", ["ERL_INETRC"] = resolver, ["EJABBERD_CONFIG_PATH"] = Fill("ejabberd.yml"),
                ["EJABBERD_LOG_PATH"] = Path.Combine(folder, "ejabberd-server.log"),
            };
            children.Add(await ChildProcess.StartAsync(
                "erl", ["-noinput", "-mnesia", "dir", $"\"{Path.Combine(folder, "ejabberd-data")}\"", "-s", "ejabberd"], folder, log, environment: environment));
        }

        processes.Add(new ProcessUse(options.Server, children[^1].Id));
        await ListeningAsync(Site.ServerXmpp);
        await ListeningAsync(Site.ServerComponent);
    }

    private async Task StartKamailioAsync(string shim)
    {
        Fill("kamailio-tls.cfg");
        string[] arguments = ["-f", Fill("kamailio.cfg"), "-m", KamailioMegabytes.ToString(CultureInfo.InvariantCulture), "-M", "16", "-DD", "-E", "-w", folder];
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LD_PRELOAD"] = shim };
        children.Add(await ChildProcess.StartAsync("kamailio", arguments, folder, Path.Combine(folder, "kamailio.log"), environment: environment));
        processes.Add(new ProcessUse("kamailio", children[^1].Id));
        await ListeningAsync(Site.KamailioSip);

        // Its component stream comes up on its own; nothing says when, so we give it what the published runs gave it.
        using var pause = new PeriodicTimer(TimeSpan.FromSeconds(4));
        await pause.WaitForNextTickAsync();
    }

    private string Fill(string file)
    {
        var text = File.ReadAllText(Path.Combine(Sources, file));
        foreach (var (name, value) in Values()) text = text.Replace("{{" + name + "}}", value, StringComparison.Ordinal);
        var filled = Path.Combine(folder, file);
        File.WriteAllText(filled, text);
        return filled;
    }

    private IEnumerable<(string Name, string Value)> Values() =>
    [
        ("FOLDER", folder), ("SIP_DOMAIN", Ends.SipDomain), ("XMPP_DOMAIN", Ends.XmppDomain), ("END_SIP", Site.EndSip.ToString()), ("KAMAILIO_SIP", Site.KamailioSip.ToString()),
        ("END_XMPP_PORT", Port(Site.EndXmpp)), ("SERVER_ADDRESS", Site.ServerXmpp.Address.ToString()), ("SERVER_PORT", Port(Site.ServerXmpp)),
        ("COMPONENT_ADDRESS", Site.ServerComponent.Address.ToString()), ("COMPONENT_PORT", Port(Site.ServerComponent)), ("NAMES", $"{Site.Names.Address}@{Port(Site.Names)}"),
        ("DIALBACK", options.UsesDialback ? "\"dialback\"" : ""), ("SECURE_AUTH", options.UsesDialback ? "false" : "true"),
        ("RUN_AS_ROOT", Environment.UserName == "root" ? "run_as_root = true" : ""),
    ];

    private static string Port(IPEndPoint address) => address.Port.ToString(CultureInfo.InvariantCulture);
}
