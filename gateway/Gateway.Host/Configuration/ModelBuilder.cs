using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Federation.Routes;
using Gateway.Host.Configuration.Options;
using Gateway.Host.Configuration.Validation;
using Presence.Core.Authorization;
using Presence.Core.Model;

namespace Gateway.Host.Configuration;

/// <summary>Makes the running meaning out of options that passed every validator.</summary>
public static class ModelBuilder
{
    public static ApplianceModel Build(ApplianceOptions options, ConfigurationPlace place) => new()
    {
        File = Path.GetFullPath(place.File),
        Fqdn = DomainNames.ToAscii(options.Identity.Fqdn),
        SipListeners = Listeners(options.Listeners.Sip, UsualPorts.Sip),
        XmppListeners = Listeners(options.Listeners.Xmpp, UsualPorts.Xmpp),
        Http = options.Listeners.Http.Length > 0 ? IPEndPoint.Parse(options.Listeners.Http) : null,
        AdminSocket = place.Resolve(options.Listeners.Admin),
        Certificates = Certificates(options.Certificates, place),
        Federation = Federation(options),
        Connections = options.Connections,
        Dns = Dns(options.Dns, place),
        StoreFile = place.Resolve(options.Store.Sqlite),
        Presence = options.Presence,
        Xmpp = options.Xmpp,
        Limits = options.Limits,
        Log = options.Log,
    };

    /// <summary>The certificates room's own options.</summary>
    public static CertificateSourcesOptions Certificates(CertificatesOptions options, ConfigurationPlace place) => new()
    {
        Directory = place.Directory,
        Default = options.Default,
        WatchSeconds = options.WatchSeconds,
        Own =
        [
            .. options.Own.Select(o => new OwnCertificateOptions
            {
                Name = o.Name,
                Certificate = o.Certificate,
                Key = o.Key,
                Pfx = o.Pfx,
                PasswordFile = o.PasswordFile,
                PasswordEnvironment = o.PasswordEnvironment,
                Domains = o.Domains,
                Profile = o.Profile,
                ChainChecked = o.ChainChecked,
            }),
        ],
        Trust =
        [
            .. options.Trust.Select(t => new TrustSetOptions
            {
                Name = t.Name, Files = t.Files, System = t.System, Withdrawn = t.Withdrawn, RsaBitsMin = t.RsaBitsMin,
            }),
        ],
    };

    private static ImmutableArray<ListenerModel> Listeners(IReadOnlyList<ListenerOptions> listeners, Func<ListenerOptions, int> usual) =>
        [.. listeners.Select(l => new ListenerModel(UsualPorts.EndPointOf(l, usual), l.Certificate) { IsDirectTls = l.DirectTls })];

    private static FederationModel Federation(ApplianceOptions options) => new()
    {
        Peers = [.. options.Peers.Select(Peer)],
        Domains = [.. options.Domains.Select(d => new DomainModel(DomainNames.ToAscii(d.Name), d.Kind) { IsBlocked = d.Blocked })],
        Routes = [.. options.Routes.Select(Route)],
        Rules = [.. options.Rules.Select(RuleBuilder.Build)],
        DiscoveredSip = Discovered(options.Discovery.Sip, Protocol.Sip),
        DiscoveredXmpp = Discovered(options.Discovery.Xmpp, Protocol.Xmpp),
        Policy = new PolicyModel
        {
            AllowedDomains = Names(options.Policy.AllowedDomains),
            BlockedDomains = Names(options.Policy.BlockedDomains),
            SipFilters = Filters(options.Policy.Filters.Sip),
            XmppFilters = Filters(options.Policy.Filters.Xmpp),
            Access = new AccessList(options.Policy.Access.Select(a => new AccessRule(Party(a.User), Party(a.From), a.Action))),
            TransitPairs = [.. options.Policy.Transit.Select(t => new DomainPair(DomainNames.ToAscii(t.One), DomainNames.ToAscii(t.Other)))],
        },
    };

    private static FiltersModel Filters(ProtocolFilterOptions filters) => new()
    {
        OutgoingFrom = Filter(filters.OutgoingFrom),
        OutgoingTo = Filter(filters.OutgoingTo),
        IncomingFrom = Filter(filters.IncomingFrom),
        IncomingTo = Filter(filters.IncomingTo),
    };

    private static FilterModel Filter(FilterOptions filter) => new()
    {
        Default = filter.Default, Hosts = Names(filter.Hosts), Addresses = [.. filter.Addresses.Select(a => AddressText.TryRead(a, out var network) ? network : default)],
    };

    private static Address Party(string text)
    {
        var at = text.LastIndexOf('@');
        return at < 0 ? new Address("", DomainNames.ToAscii(text)) : new Address(text[..at].ToLowerInvariant(), DomainNames.ToAscii(text[(at + 1)..]));
    }

    private static PeerModel Peer(PeerOptions peer) => new(peer.Name, peer.Protocol)
    {
        Profile = peer.Profile,
        Policy = peer.Policy,
        Addresses = [.. peer.Addresses],
        TlsSubjects = Names(peer.TlsSubjects),
        FromDomains = Names(peer.FromDomains).ToFrozenSet(StringComparer.Ordinal),
        PartnerDomains = Names(peer.PartnerDomains).ToFrozenSet(StringComparer.Ordinal),
        TrustSet = peer.Trust,
        TlsVersionMin = peer.TlsVersionMin,
        AllowsWeakCertificate = peer.WeakCertificate,
        AllowsDialback = peer.Dialback,
        Tls = peer.Tls,
        External = peer.External,
        AllowsSelfSigned = peer.SelfSigned,
        IsDirectTls = peer.DirectTls,
        RichPresence = peer.RichPresence,
        UsesDane = peer.Dane,
        UsesManagement = peer.StreamManagement,
        UsesBidi = peer.Bidirectional,
        AllowsWildcardSubject = peer.WildcardSubject,
        AllowsPrivateTargets = peer.PrivateTargets,
        Sip = Sip(peer.Sip),
        Limits = Limits(peer.Limits),
    };

    private static SipPeerTerms Sip(PeerSipOptions sip) => new()
    {
        PacePerSecond = sip.PacePerSecond < 0 ? null : sip.PacePerSecond,
        ContactsMax = sip.ContactsMax < 0 ? null : sip.ContactsMax,
        WatchersMax = sip.WatchersMax,
        ReadsMsrtc = sip.Msrtc,
        AllowsMissingEvent = sip.EventMissing,
        UnsubscribeRevokes = sip.UnsubscribeRevokes,
        AssertsIdentity = sip.AssertedIdentity,
        AnswerSecondsMax = sip.AnswerSecondsMax,
        RingSecondsMax = sip.RingSecondsMax,
    };

    private static PeerModel? Discovered(DiscoveredOptions discovered, Protocol protocol) => !discovered.Enabled ? null : new PeerModel(PeerTable.NameOfDiscovered(protocol), protocol)
    {
        TrustSet = discovered.Trust,
        AllowsDialback = discovered.Dialback,
        AllowsPrivateTargets = discovered.PrivateTargets,
        Limits = Limits(discovered.Limits),
    };

    private static PeerLimits Limits(PeerLimitOptions limits) => new()
    {
        RequestsPerSecondMax = limits.RequestsPerSecondMax,
        DomainRequestsPerSecondMax = limits.DomainRequestsPerSecondMax,
        NewSubscriptionsPerHourMax = limits.NewSubscriptionsPerHourMax,
        ConnectionsMax = limits.ConnectionsMax,
        OutgoingConnectionsMax = limits.OutgoingConnectionsMax,
        QueuedItemsMax = limits.QueuedItemsMax,
        QueuedBytesMax = limits.QueuedBytesMax,
        QueueSecondsMax = limits.QueueSecondsMax,
        PairsPerStreamMax = limits.PairsPerStreamMax,
        StanzaBytesMax = limits.StanzaBytesMax,
        StanzaDepthMax = limits.StanzaDepthMax,
        StanzaAttributesMax = limits.StanzaAttributesMax,
        StanzaElementsMax = limits.StanzaElementsMax,
        StanzaNameBytesMax = limits.StanzaNameBytesMax,
    };

    private static RouteModel Route(RouteOptions route)
    {
        var isUser = route.Pattern.Contains('@', StringComparison.Ordinal);
        return new RouteModel(isUser ? route.Pattern.ToLowerInvariant() : DomainNames.ToAscii(route.Pattern), route.Peer)
        {
            Type = isUser ? RouteType.User : RouteType.Domain, Priority = route.Priority, Weight = route.Weight,
        };
    }

    private static DnsModel Dns(DnsOptions dns, ConfigurationPlace place) => new(
        [.. dns.Servers],
        dns.Hosts.ToImmutableDictionary(h => DomainNames.ToAscii(h.Key), h => h.Value.Select(IPAddress.Parse).ToImmutableArray(), StringComparer.Ordinal),
        TimeSpan.FromSeconds(dns.TimeoutSeconds),
        place.Resolve(dns.TrustAnchors));

    private static ImmutableArray<string> Names(IEnumerable<string> names) => [.. names.Select(DomainNames.ToAscii)];
}
