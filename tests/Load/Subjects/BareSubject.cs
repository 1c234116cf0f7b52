using System.Net;
using Load.Measure;
using Load.Scenarios;
using Load.Wire;

namespace Load.Subjects;

/// <summary>Nothing but the runtime's TLS: a process of this executable that does mutual handshakes and answers whatever it reads. What a handshake costs before anybody does anything with it.</summary>
internal sealed class BareSubject(string folder, LoadAuthority authority) : ISubject
{
    /// <summary>The hidden verb that makes this executable the server.</summary>
    public const string ServerVerb = "--serve-bare";

    private readonly List<ProcessUse> processes = [];
    private ChildProcess? process;

    public string Name => SubjectNames.Bare;

    public IPEndPoint? Sip => Site.Bare;

    public IPEndPoint? Xmpp => null;

    public IReadOnlyList<string> Plays { get; } = [ScenarioNames.Handshakes];

    public IReadOnlyList<ProcessUse> Processes => processes;

    public async Task StartAsync()
    {
        authority.Leaf("gateway", Site.GatewayHost, Ends.XmppDomain, Ends.SipDomain).Dispose();
        process = await ChildProcess.StartAsync(Environment.ProcessPath!, [ServerVerb, folder], folder, Path.Combine(folder, "bare.log"), "ready");
        processes.Add(new ProcessUse(Name, process.Id));
    }

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
