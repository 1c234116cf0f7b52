using System.Text.Json.Nodes;
using Lab;
using Lab.Names;
using Lab.Trust;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>A good edge and a good Prosody on one gateway with a scripted XMPP server that means no good: one domain that proves itself by certificate, one that may use dialback.</summary>
public sealed class HostileStage : IAsyncLifetime
{
    public const string Hostile = "hostile.example";
    public const string Liar = "liar.example";

    /// <summary>A domain of the hostile peer that DNS does not know at all.</summary>
    public const string Nameless = "nameless.example";
    private readonly int _port = LabPorts.Take();
    private readonly List<IAsyncDisposable> _started = [];
    private Stage? _stage;
    private ScriptedPeer? _peer;

    public Stage Stage => _stage ?? throw new InvalidOperationException("the stage is not open");

    public ScriptedPeer Peer => _peer ?? throw new InvalidOperationException("the stage is not open");

    public async Task InitializeAsync()
    {
        _stage = await Stage.OpenAsync(new StageOptions("lync2013")
        {
            Adjust = AddDomains,
            MoreRecords = [LabRecord.Host("peer.example"), LabRecord.XmppServer(Hostile, "peer.example", _port), LabRecord.XmppServer(Liar, "peer.example", _port)],
        });
        _peer = await ScriptedPeer.StartAsync(Stage.Directory, Stage.Authority.CertificateFile, Stage.Parts.File.XmppPort, _port);
        await _peer.DomainAsync(Hostile, Stage.Authority.Issue("hostile", [Hostile], LabCertificateKind.Both));
        await _peer.DomainAsync(Liar, Stage.Authority.Issue("liar", ["host." + Liar], LabCertificateKind.Both), ("dialback", true), ("external", false), ("verify", false));
    }

    /// <summary>Ends with the stage: what a test started in place of something it ended.</summary>
    public void Owns(IAsyncDisposable started) => _started.Add(started);

    public async Task DisposeAsync()
    {
        foreach (var started in _started) await started.DisposeAsync();
        if (_peer is not null) await _peer.DisposeAsync();
        if (_stage is not null) await _stage.DisposeAsync();
    }

    /// <summary>Begins an attack on the gateway's SIP domain, in Prosody's name where it lies, and gives how it ended.</summary>
    public async Task<JsonObject> AttackAsync(string name)
    {
        var from = name.StartsWith("dialback-", StringComparison.Ordinal) && name != "dialback-of-another" ? Liar : Hostile;
        await Peer.DoAsync("attack", ("name", name), ("from", from), ("to", Stage.SipDomain), ("victim", Stage.XmppDomain));
        return await Peer.TakeAsync("attack-result", Stage.Soon, ("name", name));
    }

    private static void AddDomains(JsonObject appliance)
    {
        string[] ofHostile = [Hostile, "of." + Hostile, Nameless];
        foreach (var domain in (string[])[.. ofHostile, Liar]) appliance["domains"]!.AsArray().Add(new JsonObject { ["name"] = domain, ["kind"] = "xmpp" });
        appliance["peers"]!.AsArray().Add(new JsonObject { ["name"] = "hostile", ["protocol"] = "xmpp", ["fromDomains"] = new JsonArray([.. ofHostile]), ["privateTargets"] = true });
        appliance["peers"]!.AsArray().Add(new JsonObject
        {
            ["name"] = "liar", ["protocol"] = "xmpp", ["fromDomains"] = new JsonArray(Liar), ["privateTargets"] = true, ["dialback"] = true,
        });
    }
}
