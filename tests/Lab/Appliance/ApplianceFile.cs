using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Trust;

namespace Lab.Appliance;

/// <summary>Writes the <c>appliance.json</c> of a lab: what an operator would write for one edge and one XMPP server, on loopback.</summary>
public sealed record ApplianceFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public required LabCertificate Certificate { get; init; }

    public required string AuthorityFile { get; init; }

    public required int DnsPort { get; init; }

    public string Profile { get; init; } = "lync2013";

    public int SipPort { get; init; } = LabPorts.Take();

    public int XmppPort { get; init; } = LabPorts.Take();

    public int HttpPort { get; init; } = LabPorts.Take();

    public required int EdgePort { get; init; }

    public bool AcceptsDialback { get; init; }

    /// <summary>SIP is listened to at <c>::1</c> alone, XMPP at every address of both families.</summary>
    public bool UsesIPv6 { get; init; }

    public string Fqdn { get; init; } = "gw.jabber.example";

    public string SipDomain { get; init; } = "contoso.example";

    public string XmppDomain { get; init; } = "jabber.example";

    /// <summary>The last word on the document before it is written.</summary>
    public Action<JsonObject>? Adjust { get; init; }

    public string WriteTo(string folder)
    {
        var document = Document();
        Adjust?.Invoke(document);
        var file = Path.Combine(folder, "appliance.json");
        File.WriteAllText(file, document.ToJsonString(Indented));
        return file;
    }

    public JsonObject Document() => new()
    {
        ["listeners"] = new JsonObject
        {
            ["sip"] = new JsonArray(new JsonObject { ["address"] = UsesIPv6 ? Listener("[::1]", SipPort) : Loopback(SipPort) }),
            ["xmpp"] = new JsonArray(new JsonObject { ["address"] = UsesIPv6 ? Listener("[::]", XmppPort) : Loopback(XmppPort) }),
            ["http"] = Loopback(HttpPort),
            ["admin"] = "run/admin.sock",
        },
        ["identity"] = new JsonObject { ["fqdn"] = Fqdn },
        ["certificates"] = new JsonObject
        {
            ["own"] = new JsonArray(new JsonObject { ["name"] = "gateway", ["certificate"] = Certificate.CertificateFile, ["key"] = Certificate.KeyFile }),
            ["trust"] = new JsonArray(new JsonObject { ["name"] = "default", ["files"] = new JsonArray(AuthorityFile) }),
        },
        ["domains"] = new JsonArray(
            new JsonObject { ["name"] = SipDomain, ["kind"] = "sip" },
            new JsonObject { ["name"] = XmppDomain, ["kind"] = "xmpp" },
            new JsonObject { ["name"] = "down.example", ["kind"] = "xmpp" },
            new JsonObject { ["name"] = "blocked.example", ["kind"] = "xmpp", ["blocked"] = true }),
        ["peers"] = new JsonArray(
            new JsonObject
            {
                ["name"] = "contoso", ["protocol"] = "sip", ["profile"] = Profile, ["addresses"] = new JsonArray("sip." + SipDomain + ":" + EdgePort.ToString(CultureInfo.InvariantCulture)),
                ["tlsSubjects"] = new JsonArray("sip." + SipDomain), ["fromDomains"] = new JsonArray(SipDomain), ["privateTargets"] = true,
            },
            // A second edge, so that a peer that misbehaves is not the peer whose messages it could take.
            new JsonObject
            {
                ["name"] = "raw", ["protocol"] = "sip", ["addresses"] = new JsonArray("sip.raw.example:9"), ["tlsSubjects"] = new JsonArray("sip.raw.example"),
                ["fromDomains"] = new JsonArray("raw.example"), ["privateTargets"] = true,
            },
            new JsonObject
            {
                ["name"] = "jabber", ["protocol"] = "xmpp", ["profile"] = "prosody", ["fromDomains"] = new JsonArray(XmppDomain, "down.example", "blocked.example"), ["privateTargets"] = true,
                ["dialback"] = AcceptsDialback,
            }),
        ["dns"] = new JsonObject { ["servers"] = new JsonArray("127.0.0.1@" + DnsPort.ToString(CultureInfo.InvariantCulture)) },
        ["store"] = new JsonObject { ["sqlite"] = "run/gateway.db" },
        // Scenes let subscriptions run out in seconds, and change presence faster than people do.
        ["presence"] = new JsonObject { ["expiresMin"] = 1, ["notifyInterval"] = 0 },
        // A fifth of it is what an error has to open a stream of its own in.
        ["limits"] = new JsonObject { ["drainSecondsMax"] = 20 },
        ["log"] = new JsonObject { ["level"] = "debug" },
    };

    private static string Loopback(int port) => Listener("127.0.0.1", port);

    private static string Listener(string address, int port) => $"{address}:{port.ToString(CultureInfo.InvariantCulture)}";
}
