using System.Text.Json.Nodes;
using Lab;
using Lab.Names;
using Lab.Raw;
using Lab.Trust;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>
/// The one stage of broken cables and killed servers, so that they are broken one after the other. Its Prosody counts (XEP-0198), keeps what comes for people who are away, and is reached
/// through a cable of ours;
/// ejabberd stands beside it, counts nothing, and finds the gateway by a domain of its own.
/// </summary>
[CollectionDefinition(nameof(CountingStage))]
public sealed class CountingStage : IAsyncLifetime, ICollectionFixture<CountingStage>
{
    public const string Uncounted = "uncounted.example";

    /// <summary>Ours, for who can resolve no host but localhost.</summary>
    public const string Near = "near.example";
    private readonly int _port = LabPorts.Take();
    private readonly int _ejabberdPort = LabPorts.Take();
    private Stage? _stage;
    private TcpRelay? _cable;
    private Ejabberd? _ejabberd;

    /// <summary>Where servers find that domain.</summary>
    public int NearPort { get; } = LabPorts.Take();

    public Stage Stage => _stage ?? throw new InvalidOperationException("the stage is not open");

    public TcpRelay Cable => _cable ?? throw new InvalidOperationException("the stage is not open");

    public Ejabberd Ejabberd => _ejabberd ?? throw new InvalidOperationException("the stage is not open");

    public async Task InitializeAsync()
    {
        _stage = await Stage.OpenAsync(new StageOptions("lync2013")
        {
            ProsodyModules = ["smacks", "offline"], ProsodyNamedPort = _port, EdgeArguments = ["--domain", Near], AdjustWith = Adjust,
            MoreRecords = [LabRecord.XmppServer(Near, LabRecord.LoopbackHost, NearPort), LabRecord.Host("e.example"), LabRecord.XmppServer(Uncounted, "e.example", _ejabberdPort)],
        });
        _cable = TcpRelay.Between(_port, Stage.Prosody.ServerPort);
        var domain = new FederatedDomain(Uncounted, Stage.Authority.Issue("ejabberd", [Uncounted], LabCertificateKind.Both));
        _ejabberd = await Ejabberd.StartAsync(
            Stage.Directory, new EjabberdOptions("main.e.example", Stage.Parts.File.DnsPort, Stage.Authority.CertificateFile, [domain]) { ServerPort = _ejabberdPort });
    }

    public async Task DisposeAsync()
    {
        if (_ejabberd is not null) await _ejabberd.DisposeAsync();
        if (_stage is not null) await _stage.DisposeAsync();
        if (_cable is not null) await _cable.DisposeAsync();
    }

    private void Adjust(JsonObject appliance, LabAuthority authority)
    {
        var own = authority.Issue("near", [Near], LabCertificateKind.Both);
        appliance["certificates"]!["own"]!.AsArray().Add(new JsonObject { ["name"] = "near", ["certificate"] = own.CertificateFile, ["key"] = own.KeyFile, ["domains"] = new JsonArray(Near) });
        appliance["listeners"]!["xmpp"]!.AsArray().Add(new JsonObject { ["address"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"127.0.0.1:{NearPort}") });
        appliance["domains"]!.AsArray().Add(new JsonObject { ["name"] = Near, ["kind"] = "sip" });
        appliance["domains"]!.AsArray().Add(new JsonObject { ["name"] = Uncounted, ["kind"] = "xmpp" });
        appliance["peers"]![0]!["fromDomains"]!.AsArray().Add(Near);
        appliance["peers"]!.AsArray().Add(new JsonObject { ["name"] = "ejabberd", ["protocol"] = "xmpp", ["fromDomains"] = new JsonArray(Uncounted), ["privateTargets"] = true });
        // A round that failed is followed by the next one soon.
        appliance["xmpp"] = new JsonObject { ["connectWaitSeconds"] = 1 };
    }
}
