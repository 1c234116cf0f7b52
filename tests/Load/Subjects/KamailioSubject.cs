using System.Globalization;
using System.Net;
using Load.Measure;
using Load.Scenarios;
using Load.Wire;

namespace Load.Subjects;

/// <summary>
/// The only open composition that does a part of the same job: Kamailio's xmpp module as a component of Prosody or ejabberd. It carries pages of text and no presence. The module dies on its first
/// stream header as shipped, so a shim is preloaded (servers/expatfix.c).
/// </summary>
internal sealed class KamailioSubject(string folder, LoadAuthority authority, LoadOptions options) : ISubject
{
    private const int KamailioMegabytes = 4_096;
    private readonly List<ProcessUse> processes = [];
    private readonly XmppServer server = new(folder, authority, new ServerPlace(options.Server, Site.ServerXmpp, Site.ServerComponent, "gateway", [Ends.SipDomain]), options);
    private ChildProcess? kamailio;
    private NameServer? names;

    public string Name => SubjectNames.Kamailio;

    public IPEndPoint? Sip => Site.KamailioSip;

    public IPEndPoint? Xmpp => Site.ServerXmpp;

    public IReadOnlyList<string> Plays { get; } = [ScenarioNames.Page, ScenarioNames.ToSip, ScenarioNames.Handshakes, ScenarioNames.Page + "@1x1", ScenarioNames.ToSip + "@1x1", ScenarioNames.Page + "@64x1", ScenarioNames.ToSip + "@64x1"];

    public IReadOnlyList<ProcessUse> Processes => processes;

    public async Task StartAsync()
    {
        names = new NameServer(Site.Names, _ => Site.EndXmpp);
        processes.Add(await server.StartAsync());
        var shim = Path.Combine(folder, "expatfix.so");
        await ChildProcess.RunAsync("cc", "-O2", "-shared", "-fPIC", "-o", shim, Path.Combine(Lab.Sources, "expatfix.c"), "-ldl");
        await StartKamailioAsync(shim);
    }

    public async ValueTask DisposeAsync()
    {
        if (kamailio is not null) await kamailio.DisposeAsync();
        await server.DisposeAsync();
        names?.Dispose();
    }

    private async Task StartKamailioAsync(string shim)
    {
        (string, string)[] values =
        [
            ("FOLDER", folder), ("SIP_DOMAIN", Ends.SipDomain), ("XMPP_DOMAIN", Ends.XmppDomain), ("END_SIP", Site.EndSip.ToString()), ("KAMAILIO_SIP", Site.KamailioSip.ToString()),
            ("COMPONENT_ADDRESS", Site.ServerComponent.Address.ToString()), ("COMPONENT_PORT", Site.ServerComponent.Port.ToString(CultureInfo.InvariantCulture)),
        ];
        Lab.Fill("kamailio-tls.cfg", folder, values);
        string[] arguments = ["-f", Lab.Fill("kamailio.cfg", folder, values), "-m", KamailioMegabytes.ToString(CultureInfo.InvariantCulture), "-M", "16", "-DD", "-E", "-w", folder];
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LD_PRELOAD"] = shim };
        kamailio = await ChildProcess.StartAsync("kamailio", arguments, folder, Path.Combine(folder, "kamailio.log"), environment: environment);
        processes.Add(new ProcessUse("kamailio", kamailio.Id));
        await Lab.ListeningAsync(Site.KamailioSip);

        // Its component stream comes up on its own; nothing says when, so we give it what the published runs gave it.
        using var pause = new PeriodicTimer(TimeSpan.FromSeconds(4));
        await pause.WaitForNextTickAsync();
    }
}
