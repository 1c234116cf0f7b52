using System.Net;
using Load.Measure;
using Load.Scenarios;
using Load.Wire;
using Load.Xmpp;

namespace Load.Subjects;

/// <summary>
/// Prosody and ejabberd federating with each other, with a component behind each: what a stanza over S2S costs elsewhere. A domain pair has a stream of its own, so domains on both sides multiply.
/// </summary>
internal sealed class ServersSubject(string folder, LoadAuthority authority, LoadOptions options) : ISubject
{
    private readonly ServerPlace left = new(SubjectNames.Prosody, Site.ServerXmpp, Site.ServerComponent, "left", [.. Enumerable.Range(0, ComponentEnd.DomainsMax).Select(ComponentEnd.LeftDomain)]);
    private readonly ServerPlace right = new(SubjectNames.Ejabberd, Site.OtherXmpp, Site.OtherComponent, "right", [.. Enumerable.Range(0, ComponentEnd.DomainsMax).Select(ComponentEnd.RightDomain)]);
    private readonly List<ProcessUse> processes = [];
    private readonly List<XmppServer> servers = [];
    private NameServer? names;

    public string Name => SubjectNames.Servers;

    public IPEndPoint? Sip => null;

    public IPEndPoint? Xmpp => null;

    public (IPEndPoint Left, IPEndPoint Right)? Components => (Site.ServerComponent, Site.OtherComponent);

    public IReadOnlyList<string> Plays { get; } = [ScenarioNames.Stanzas, ScenarioNames.StanzasBack, ScenarioNames.Stanzas + "@4x500", ScenarioNames.StanzasBack + "@4x500"];

    public IReadOnlyList<ProcessUse> Processes => processes;

    public async Task StartAsync()
    {
        names = new NameServer(Site.Names, name => name.EndsWith(ComponentEnd.LeftSuffix, StringComparison.Ordinal) ? Site.ServerXmpp : Site.OtherXmpp);
        foreach (var place in (ServerPlace[])[left, right])
        {
            servers.Add(new XmppServer(folder, authority, place, options));
            processes.Add(await servers[^1].StartAsync());
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers) await server.DisposeAsync();
        names?.Dispose();
    }
}
