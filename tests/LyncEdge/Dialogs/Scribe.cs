using System.Globalization;
using System.Net;
using LyncEdge.Control;
using LyncEdge.Profiles;
using LyncEdge.Wire;

namespace LyncEdge.Dialogs;

/// <summary>
/// Writes what an edge writes (field facts A7, B2, C1, H9): a branch-less client Via below the edge's own, lines of one name lying
/// apart, opaque route signatures, no blank before the angle bracket, 32 hexadecimal digits where others put a host.
/// </summary>
public sealed class Scribe(EdgeOptions options, Profile profile, Random random)
{
    private IPEndPoint _local = options.Listen;

    public Profile Profile => profile;

    /// <summary>Lines every new request carries besides its own: spoofed headers, leaks (field fact H4).</summary>
    public List<string> ExtraLines { get; } = [];

    /// <summary>Front end: the static route puts the next hop into the Request-URI (<c>ReplaceHostInRequestUri</c>, field fact A5).</summary>
    public bool ReplacesHost { get; set; }

    /// <summary>What an edge tells its own inside about a message from outside (field fact A8): the class of the partner.</summary>
    public string TrustLine() => "ms-edge-proxy-message-trust: ms-source-type=" + options.PartnerClass + ";ms-ep-fqdn=edge-int." + options.Domains[0]
        + ";ms-source-verified-user=verified;ms-source-network=" + (options.PartnerClass == "AuthorizedServer" ? "publiccloud" : "federation");

    public string Target(string person) => ReplacesHost ? "sip:" + person.Split('@')[0] + "@" + options.GatewayHost : "sip:" + person;

    /// <summary>Who asks, as a front end asserts it: SIP and telephone address in one line, schemes in upper case (field fact A5). An edge asserts nothing.</summary>
    public string? Asserted(Person person) => profile.IsFrontEnd ? $"\"{person.DisplayName}\"<SIP:{person.Address}>,<TEL:+15550100>" : null;

    public void ListensAt(IPEndPoint local) => _local = local;

    public string Hex(int digits) => string.Create(digits, random, static (span, r) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = "0123456789abcdef"[r.Next(16)];
    });

    public string UpperHex(int digits) => Hex(digits).ToUpperInvariant();

    public string CallId() => Hex(32);

    public string ClientTag() => Hex(10);

    public string ServerTag() => UpperHex(profile.ServerTagLength);

    public string TopVia(string branch)
    {
        var internalInfo = random.Next(3) == 0 ? ";ms-internal-info=\"" + Base64(18) + "\"" : "";
        return string.Create(CultureInfo.InvariantCulture, $"SIP/2.0/TLS {_local};branch={branch};branched={(random.Next(4) == 0 ? "TRUE" : "FALSE")}{internalInfo}");
    }

    public string Branch() => "z9hG4bK" + UpperHex(8) + "." + UpperHex(16);

    public string LowerVia()
    {
        var port = 49152 + random.Next(16000);
        return string.Create(CultureInfo.InvariantCulture, $"SIP/2.0/TLS 10.0.0.9:{port};ms-received-port={port};ms-received-cid={UpperHex(6)}");
    }

    /// <summary>Record-Route lines, topmost first: the edge (with its signature), then the pool. A front end has the pool alone.</summary>
    public IReadOnlyList<string> RecordRoutes()
    {
        var domain = options.Domains[0];
        // On a static route the peer is the front end itself, so its pool entry carries the name of its certificate (field fact A5).
        var host = profile.IsFrontEnd ? options.Fqdn : "pool." + domain;
        if (profile.IsFrontEnd) return [$"<sip:{host}:5061;transport=tls;ms-fe=fe01.{domain};lr>;tag={UpperHex(32)}"];
        var pool = $"<sip:{host}:5061;transport=tls;ms-fe=fe01.{domain};opaque=state:F;lr>;tag={UpperHex(32)}";
        var edge = string.Create(CultureInfo.InvariantCulture,
            $"<sip:{options.Fqdn}:{_local.Port};transport=tls;epid={Hex(4)};lr;ms-key-info={Base64(96)};ms-route-sig={Base64(24)}>");
        return [edge, pool];
    }

    public string Contact(Person person) => profile.UsesGruu
        ? $"<sip:{person.Address};opaque={person.Opaque};gruu>"
        : string.Create(CultureInfo.InvariantCulture, $"<sip:{person.Address}:3485;maddr=10.0.0.9;transport=\"tls\">;proxy=replace");

    public string LocalText(Person person, string tag)
    {
        var address = random.Next(5) == 0 ? char.ToUpperInvariant(person.Address[0]) + person.Address[1..] : person.Address;
        var scheme = random.Next(6) == 0 ? "SIP" : "sip";
        return $"\"{person.DisplayName}\"<{scheme}:{address}>;tag={tag};epid={person.Epid}";
    }

    /// <summary>The first lines of a request that opens a dialog; the caller adds what its method needs.</summary>
    public SipDraft Initial(string method, string target, IReadOnlyList<string> recordRoutes, int maxForwards = 67)
    {
        var draft = new SipDraft(method + " " + target + " SIP/2.0");
        // Record-Route may stand above Via (field fact C1) or between two of them (B2).
        var above = random.Next(2) == 0;
        if (above && recordRoutes.Count > 0) draft.Add("Record-Route", recordRoutes[0]);
        draft.Add("Via", TopVia(Branch())).Add("Max-Forwards", maxForwards.ToString(CultureInfo.InvariantCulture)).Add("Via", LowerVia());
        draft.AddAll("Record-Route", recordRoutes.Skip(above ? 1 : 0)).AddLines(ExtraLines);
        return profile.IsHostile ? draft.AddLine(TrustLine()).AddLine("ms-split-domain-info: ms-traffic-type=SplitIntra").AddLine("Proxy-Authorization: NTLM qop=\"auth\"") : draft;
    }

    public SipDraft InDialog(Dialog dialog, string method, int? cseq = null)
    {
        var number = cseq ?? ++dialog.LocalCSeq;
        return new SipDraft(method + " " + dialog.RemoteTarget + " SIP/2.0")
            .Add("Via", TopVia(Branch())).Add("Max-Forwards", "67").Add("Via", LowerVia())
            .AddAll("Route", dialog.RoutesToGateway)
            .Add("From", dialog.LocalText).Add("To", dialog.RemoteText)
            .Add("Call-ID", dialog.CallId).Add("CSeq", number.ToString(CultureInfo.InvariantCulture) + " " + method)
            .Add("User-Agent", profile.UserAgent).AddLines(ExtraLines);
    }

    /// <summary>URL-safe base64 as the opaque blobs use it.</summary>
    public string Base64(int bytes)
    {
        var raw = new byte[bytes];
        random.NextBytes(raw);
        return Convert.ToBase64String(raw).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    public int Between(int from, int to) => random.Next(from, to);
}
