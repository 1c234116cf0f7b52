using System.Net;
using Load.Measure;
using Load.Scenarios;
using Load.Wire;

namespace Load.Subjects;

/// <summary>Prosody or ejabberd alone, as other servers see it: new streams.</summary>
internal sealed class ServerSubject(string kind, string folder, LoadAuthority authority, LoadOptions options) : ISubject
{
    private readonly ServerPlace place = new(kind, Site.ServerXmpp, Site.ServerComponent, "gateway", [Ends.SipDomain]);
    private readonly List<ProcessUse> processes = [];
    private XmppServer? server;
    private NameServer? names;

    public string Name => kind;

    public IPEndPoint? Sip => null;

    public IPEndPoint? Xmpp => Site.ServerXmpp;

    public string FarDomain => place.Front;

    public IReadOnlyList<string> Plays { get; } = [ScenarioNames.Streams];

    public IReadOnlyList<ProcessUse> Processes => processes;

    public async Task StartAsync()
    {
        names = new NameServer(Site.Names, _ => Site.EndXmpp);
        server = new XmppServer(folder, authority, place, options);
        processes.Add(await server.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        names?.Dispose();
    }
}
