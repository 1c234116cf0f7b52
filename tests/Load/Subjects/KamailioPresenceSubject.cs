using System.Net;
using Load.Measure;
using Load.Scenarios;
using Load.Wire;

namespace Load.Subjects;

/// <summary>Kamailio as a presence server that keeps everything in memory (subs_db_mode 0): its fastest arrangement, in which a restart forgets every subscription.</summary>
internal sealed class KamailioPresenceSubject(string folder, LoadAuthority authority) : ISubject
{
    private readonly List<ProcessUse> processes = [];
    private ChildProcess? process;

    public string Name => SubjectNames.KamailioPresence;

    public IPEndPoint? Sip => Site.KamailioSip;

    public IPEndPoint? Xmpp => null;

    public IReadOnlyList<string> Plays { get; } = [ScenarioNames.Handshakes, ScenarioNames.Pairs, ScenarioNames.Refresh];

    public IReadOnlyList<ProcessUse> Processes => processes;

    public async Task StartAsync()
    {
        await ChildProcess.RunAsync("bash", Path.Combine(Lab.Sources, "setup.sh"), "presence");
        authority.Leaf("gateway", Site.GatewayHost, Ends.XmppDomain, Ends.SipDomain).Dispose();
        var own = Path.Combine(folder, Name);
        Directory.CreateDirectory(own);
        var database = Path.Combine(own, "presence.sqlite");
        foreach (var tables in (string[])["standard-create", "presence-create"])
            await ChildProcess.RunAsync("sqlite3", database, $".read /usr/share/kamailio/db_sqlite/{tables}.sql");
        (string, string)[] values = [("FOLDER", own), ("DATABASE", "sqlite:///" + database), ("KAMAILIO_SIP", Site.KamailioSip.ToString()), ("XMPP_DOMAIN", Ends.XmppDomain)];
        (string, string)[] tls = [("FOLDER", folder)];
        Lab.Fill("kamailio-tls.cfg", own, tls);
        string[] arguments = ["-f", Lab.Fill("kamailio-presence.cfg", own, values), "-m", "4096", "-M", "64", "-DD", "-E", "-w", own];
        process = await ChildProcess.StartAsync("kamailio", arguments, own, Path.Combine(own, "kamailio.log"));
        processes.Add(new ProcessUse("kamailio", process.Id));
        await Lab.ListeningAsync(Site.KamailioSip);
    }

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
