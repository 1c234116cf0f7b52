using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>The steps at one target of an XMPP peer: connection, certificate, stream and features, and which way we could prove our domain there: EXTERNAL or dialback.</summary>
internal sealed class XmppSteps(DoctorParts parts, PeerModel peer, CheckList list)
{
    private readonly string ours = FederationWarnings.DomainsThroughUs(parts.Model, peer).FirstOrDefault(parts.Fqdn);

    public async Task RunAsync(DialTarget target, string domain, CancellationToken cancellation)
    {
        using var probe = new XmppProbe(parts, peer, ours, domain);
        var isDirect = peer.Addresses.IsEmpty ? target.Service == parts.DirectTlsService : peer.IsDirectTls;
        var result = await probe.ConnectAsync(target, isDirect, cancellation);
        if (!LinkSteps.TellConnection(list, target, result))
        {
            list.NotTried("stream", $"{target.Host}: no connection");
            return;
        }

        if (!LinkSteps.CheckCertificate(parts, peer, list, target, domain, result.Evidence!))
        {
            list.NotTried("stream", $"{target.Host}: nothing is said to a server that does not prove who it is");
            return;
        }

        var greeting = await probe.OpenStreamAsync(cancellation);
        if (TellStream(target, domain, greeting)) await CheckProofAsync(probe, target, domain, greeting, cancellation);
    }

    private bool TellStream(DialTarget target, string domain, string greeting)
    {
        if (XmppProbe.ErrorIn(greeting) is { Length: > 0 } error)
        {
            list.Fail("stream", $"{target.Host} ends the stream from {ours} to {domain} with {error}{XmppProbe.WordsIn(greeting)}", NextStep(error, ours, domain));
            return false;
        }

        if (!XmppProbe.HasFeatures(greeting))
        {
            list.Fail("stream", $"{target.Host} sends no stream features", "is it an XMPP server, and the port that of servers (not of clients)?");
            return false;
        }

        string[] known = [.. Features.Where(f => greeting.Contains(f.Sign, StringComparison.Ordinal)).Select(f => f.Name)];
        list.Good("stream", $"{target.Host} greets {ours}; it offers {(known.Length == 0 ? "nothing more" : string.Join(", ", known))}");
        return true;
    }

    /// <summary>What a stream error asks of whom.</summary>
    internal static string NextStep(string error, string ours, string domain) => error switch
    {
        "host-unknown" or "host-gone" or "improper-addressing" => $"that server does not serve {domain}: its DNS records or the addresses of the peer name the wrong host",
        "not-authorized" => $"it does not believe our certificate, whose authority it must trust and which must name {ours}, or does not allow {ours}; generate prints its settings",
        "policy-violation" or "undefined-condition" => $"the partner must allow {ours}: generate prints its settings",
        _ => "the partner's log says why",
    };

    private static readonly (string Sign, string Name)[] Features =
    [
        (">EXTERNAL<", "EXTERNAL"), ("urn:xmpp:features:dialback", "dialback"), ("urn:xmpp:sm:3", "stream management"), ("urn:xmpp:features:bidi", "bidirectional streams"),
    ];

    private async Task CheckProofAsync(XmppProbe probe, DialTarget target, string domain, string greeting, CancellationToken cancellation)
    {
        var isDialbackOffered = greeting.Contains("urn:xmpp:features:dialback", StringComparison.Ordinal) || greeting.Contains("jabber:server:dialback", StringComparison.Ordinal);
        var mayDialback = isDialbackOffered && peer.AllowsDialback && peer.External != ExternalPolicy.Required;
        var isProved = await CheckExternalAsync(probe, target, greeting, mayDialback, cancellation);
        if (isProved)
        {
            list.NotTried("dialback", $"{target.Host}: the certificate proves {ours}, nothing is asked back");
            return;
        }

        if (mayDialback) await new AskedBack(parts, peer, list, ours, domain).RunAsync(target, cancellation);
        else
            list.Fail("dialback", $"{target.Host}: {WhyNoDialback(isDialbackOffered)}: there is no way to prove {ours} there",
                $"its administrator must trust the authority of our certificate, which must name {ours}; or both sides allow dialback, here by dialback of the peer");
    }

    private string WhyNoDialback(bool isOffered)
    {
        if (!isOffered) return "no dialback is offered either";
        return peer.AllowsDialback ? "external is required, so dialback is not used" : "our record of it does not allow dialback";
    }

    private async Task<bool> CheckExternalAsync(XmppProbe probe, DialTarget target, string greeting, bool mayDialback, CancellationToken cancellation)
    {
        void Say(string text, string next)
        {
            if (mayDialback) list.Warn("external", text + "; dialback remains", next);
            else list.Fail("external", text, next);
        }

        if (peer.External == ExternalPolicy.Off || !probe.IsSecured)
        {
            list.NotTried("external", $"{target.Host}: {(probe.IsSecured ? "external of the peer is off" : "no TLS, so no certificate")}");
            return false;
        }

        if (!greeting.Contains(">EXTERNAL<", StringComparison.Ordinal))
        {
            Say($"{target.Host} does not offer EXTERNAL to {ours}", $"it does not believe our certificate: it must trust its authority, and the certificate must name {ours}");
            return false;
        }

        var failure = await probe.TryExternalAsync(cancellation);
        if (failure.Length == 0)
        {
            list.Good("external", $"{target.Host} takes our certificate for {ours}");
            return true;
        }

        Say($"{target.Host} refuses our certificate for {ours}: {failure}", $"its log says why; usually the certificate does not name {ours}, or its authority is not trusted there");
        return false;
    }
}
