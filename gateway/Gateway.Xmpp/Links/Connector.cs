using System.Net;
using Certificates;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Links;

/// <summary>One place to try: an address of a target, and whether it takes TLS from the first byte.</summary>
internal sealed record ConnectTarget(DialTarget Where, bool IsDirectTls)
{
    /// <summary>For the operator, and to know again what once succeeded.</summary>
    public string Text => $"{(IsDirectTls ? "xmpps:" : "")}{Where.Host} {Where.Endpoints[0]}";
}

/// <summary>From a peer record to places: the record's own addresses, else the attempt rules in order (RFC 6120 §3.2, XEP-0368 §3); from a place to a TCP connection.</summary>
internal sealed class Connector(XmppContext context)
{
    private const int PlacesMax = 12;

    private readonly PlaceFinder _places = new(new ServiceLocator(context.Resolver, context.NextBelow), context.Options.AttemptRules);
    private readonly Dialer _dialer = new(context.Hub);

    /// <summary>Where the domain may be reached, in order; or why nowhere.</summary>
    public async Task<(IReadOnlyList<ConnectTarget> Targets, XmppReason Reason, string Text)> FindAsync(PeerModel peer, string domain, CancellationToken cancel)
    {
        var last = await _places.FindAsync(peer, domain, cancel);
        if (last.IsFound) return ([.. PlacesOf(last.Targets, target => PlaceFinder.IsDirectTls(peer, target)).Take(PlacesMax)], XmppReason.None, "");
        return ([], IsAbsent(last.Reason) ? XmppReason.RemoteServerNotFound : XmppReason.RemoteServerTimeout, $"{last.Reason}: {last.Detail}");
    }

    /// <summary>What DNSSEC proves about a place, where the peer's record takes it (RFC 7673 §3); true when its TLSA records are false, or cannot be had.</summary>
    public async Task<(DaneRecords? Records, bool IsHidden)> FindDaneAsync(ConnectTarget target, PeerModel peer, CancellationToken cancel)
    {
        if (!peer.UsesDane || IPAddress.TryParse(target.Where.Host, out _)) return (null, false);
        var proved = new DaneRecords([], target.Where.IsNameSecure ? [target.Where.Host] : []) { IsDiscovered = target.Where.IsDiscovered };
        if (!target.Where.IsSecure) return (proved, false);
        var answer = await context.Resolver.FindTlsaAsync(target.Where.Host, target.Where.Endpoints[0].Port, cancel);

        // Only "there are none" means that there are none: whoever can keep the answer away must not win by it.
        if (answer.Security == DnsSecurity.Bogus || (!answer.IsFound && answer.Reason != TransportReason.DnsNotFound)) return (null, true);
        if (!answer.IsFound || answer.Security != DnsSecurity.Secure) return (proved, false);
        return (proved with { Records = [.. answer.Records.Select(r => new TlsaConstraint(r.Usage, r.Selector, r.Matching, r.Data))] }, false);
    }

    /// <summary>Connects one stream to one place; the stream is its connection's handler from then on.</summary>
    public async Task<(XmppReason Reason, string Text)> DialAsync(ConnectTarget target, OutboundConnection stream, CancellationToken cancel)
    {
        var options = new DialOptions
        {
            PrivateAllowed = stream.Peer.AllowsPrivateTargets, Label = PeerTable.LabelOf(stream.Peer), IdleSecondsMax = 0,
            Tls = target.IsDirectTls ? stream.TlsOptions with { ApplicationProtocols = [XmppSide.DirectTlsProtocol] } : null,
        };
        var outcome = await _dialer.DialAsync(target.Where, options, stream, cancel);
        if (outcome.IsConnected) return (XmppReason.None, "");
        bool isTls = outcome.Reason is TransportReason.HandshakeFailed or TransportReason.TlsTooOld or TransportReason.HandshakeTimeout
            or TransportReason.CertificateMissing or TransportReason.OwnCertificateMissing;
        return (isTls ? XmppReason.TlsFailed : XmppReason.ConnectFailed, $"{outcome.Reason}: {outcome.Detail}");
    }

    // Each address of a host is a place of its own: one that answers and cannot negotiate must not hide the next.
    private static List<ConnectTarget> PlacesOf(IReadOnlyList<DialTarget> targets, Func<DialTarget, bool> isDirectTls)
    {
        var places = new List<ConnectTarget>();
        foreach (var target in targets)
        {
            foreach (var endpoint in target.Endpoints) places.Add(new ConnectTarget(target with { Endpoints = [endpoint] }, isDirectTls(target)));
        }
        return places;
    }

    private static bool IsAbsent(TransportReason reason) =>
        reason is TransportReason.DnsNotFound or TransportReason.DnsServiceDenied or TransportReason.DnsNameInvalid or TransportReason.TargetEmpty;
}
