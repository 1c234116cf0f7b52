using System.Globalization;
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
    private const int PortDefault = 5269;
    private const int DirectTlsPortDefault = 5270;
    private const int PlacesMax = 12;

    private readonly ServiceLocator _locator = new(context.Resolver, context.NextBelow);
    private readonly Dialer _dialer = new(context.Hub);

    /// <summary>Where the domain may be reached, in order; or why nowhere.</summary>
    public async Task<(IReadOnlyList<ConnectTarget> Targets, XmppReason Reason, string Text)> FindAsync(PeerModel peer, string domain, CancellationToken cancel)
    {
        var (targets, last) = peer.Addresses.IsEmpty ? await DiscoverAsync(peer, Jid.ToAsciiDomain(domain), cancel) : await ConfiguredAsync(peer, cancel);
        if (targets.Count > 0) return ([.. targets.Take(PlacesMax)], XmppReason.None, "");
        return ([], IsAbsent(last.Reason) ? XmppReason.RemoteServerNotFound : XmppReason.RemoteServerTimeout, $"{last.Reason}: {last.Detail}");
    }

    /// <summary>The TLSA records of a place that DNSSEC leads to, where the peer's record takes them (RFC 7673 §3); true when they are there and false.</summary>
    public async Task<(DaneRecords? Records, bool IsBogus)> FindDaneAsync(ConnectTarget target, PeerModel peer, CancellationToken cancel)
    {
        if (!peer.UsesDane || !target.Where.IsSecure || IPAddress.TryParse(target.Where.Host, out _)) return (null, false);
        var answer = await context.Resolver.FindTlsaAsync(target.Where.Host, target.Where.Endpoints[0].Port, cancel);
        if (answer.Security == DnsSecurity.Bogus) return (null, true);
        if (!answer.IsFound || answer.Security != DnsSecurity.Secure) return (null, false);
        return (new DaneRecords([.. answer.Records.Select(r => new TlsaConstraint(r.Usage, r.Selector, r.Matching, r.Data))], target.Where.IsNameSecure ? [target.Where.Host] : []), false);
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
        bool isTls = outcome.Reason is TransportReason.HandshakeFailed or TransportReason.HandshakeTimeout or TransportReason.CertificateMissing or TransportReason.OwnCertificateMissing;
        return (isTls ? XmppReason.TlsFailed : XmppReason.ConnectFailed, $"{outcome.Reason}: {outcome.Detail}");
    }

    // SRV rules that follow each other are one set, mixed by priority and weight; the next rule counts only where the one before finds no record at all.
    private async Task<(IReadOnlyList<ConnectTarget> Targets, LocateOutcome Last)> DiscoverAsync(PeerModel peer, string domain, CancellationToken cancel)
    {
        var last = new LocateOutcome([], TransportReason.DnsNotFound, "No attempt rule applies.");
        var services = new List<string>();
        var rules = context.Options.AttemptRules;
        for (int i = 0; i < rules.Count; i++)
        {
            if (rules[i] == AttemptRule.DirectTls && peer.Tls == TlsPolicy.Forbidden) continue;
            if (ServiceOf(rules[i]) is { } service) services.Add(service);
            bool isEndOfSet = rules[i] is AttemptRule.Address or AttemptRule.Jabber || i + 1 == rules.Count || rules[i + 1] is AttemptRule.Address or AttemptRule.Jabber;
            if (!isEndOfSet) continue;
            last = await _locator.LocateAsync(services, domain, rules[i] == AttemptRule.Address ? PortDefault : null, cancel);
            services.Clear();
            if (last.IsFound) return (PlacesOf(last.Targets, target => target.Service == AttemptRules.DirectTlsService), last);
            if (last.Reason != TransportReason.DnsNotFound) return ([], last);
        }
        return ([], last);
    }

    private async Task<(IReadOnlyList<ConnectTarget> Targets, LocateOutcome Last)> ConfiguredAsync(PeerModel peer, CancellationToken cancel)
    {
        var targets = new List<DialTarget>();
        var last = new LocateOutcome([], TransportReason.TargetEmpty, "The peer has no address.");
        foreach (string address in peer.Addresses)
        {
            var (host, port) = Split(address, peer.IsDirectTls ? DirectTlsPortDefault : PortDefault);
            last = await _locator.ConfiguredAsync(host, port, cancel);
            targets.AddRange(last.Targets);
        }
        return (PlacesOf(targets, _ => peer.IsDirectTls), last);
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

    private static string? ServiceOf(AttemptRule rule) => rule switch
    {
        AttemptRule.DirectTls => AttemptRules.DirectTlsService,
        AttemptRule.Srv => AttemptRules.Service,
        AttemptRule.Jabber => AttemptRules.JabberService,
        _ => null,
    };

    private static (string Host, int Port) Split(string address, int portDefault)
    {
        int colon = address.LastIndexOf(':');
        bool hasPort = colon > 0 && colon > address.LastIndexOf(']');
        return hasPort && int.TryParse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture, out int port) ? (address[..colon], port) : (address, portDefault);
    }

    private static bool IsAbsent(TransportReason reason) =>
        reason is TransportReason.DnsNotFound or TransportReason.DnsServiceDenied or TransportReason.DnsNameInvalid or TransportReason.TargetEmpty;
}
