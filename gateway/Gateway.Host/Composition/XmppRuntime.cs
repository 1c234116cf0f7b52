using System.Net.Sockets;
using Gateway.Admin.Reports;
using Gateway.Federation;
using Gateway.Host.Configuration;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>The XMPP side as the composition makes, starts, shows and stops it.</summary>
internal sealed class XmppRuntime : ISideRuntime
{
    private readonly ApplianceModel model;
    private readonly XmppSide side;
    private readonly TimeProvider time;

    public XmppRuntime(ApplianceParts parts, string dialbackSecret)
    {
        (model, time) = (parts.Model, parts.Time);
        side = new XmppSide(new XmppParts
        {
            Options = OptionsOf(model),
            Hub = parts.Hub,
            Resolver = parts.Resolver,
            NextBelow = Random.Shared.Next,
            Certificates = parts.Certificates,
            Registry = parts.Registry,
            Crossing = parts.Crossing,
            Refusals = parts.Refusals,
            Ids = parts.Ids,
            DialbackSecret = dialbackSecret,
            Observer = new XmppLog(parts.Logs.CreateLogger<XmppLog>()),
        });
    }

    public ISide Side => side;

    public Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            side.Start();
            return Task.CompletedTask;
        }
        catch (SocketException fault)
        {
            throw new ApplianceFailure($"XMPP cannot listen on {string.Join(", ", model.XmppListeners.Select(l => l.EndPoint))}: {fault.Message}", fault);
        }
    }

    public IReadOnlyList<ListenerStatus> Listeners()
    {
        var connections = side.Streams.Count(s => s.IsInbound);
        return [.. side.Listeners.Select(l => new ListenerStatus("xmpp", l.Endpoint.ToString(), true, connections))];
    }

    public IReadOnlyList<(string Peer, ConnectionStatus Connection)> Connections()
    {
        var queues = side.Pairs.ToLookup(p => (p.LocalDomain, p.RemoteDomain));
        return
        [
            .. side.Streams.Select(s => (s.Peer, new ConnectionStatus
            {
                Number = s.Id,
                Direction = s.IsInbound ? "in" : "out",
                Remote = s.Remote,
                Phase = Words(s.Phase),
                ProvedBy = s.ProvedBy,
                Proofs = [$"{s.RemoteDomain} to {s.LocalDomain}: {s.ProvedBy}"],
                Tls = s.TlsVersion.Length > 0 ? $"{s.TlsVersion} {s.Cipher}" : "",
                CertificateVersion = s.CertificateVersion,
                Since = s.Since,
                Trust = s.Trust,
                Features = s.Features,
                LastItem = s.LastStanzaAt,
                Domains = s.Pairs.Count > 0 ? s.Pairs : s.RemoteDomain.Length > 0 ? [$"{s.RemoteDomain}→{s.LocalDomain}"] : [],
                ItemsIn = s.StanzasIn,
                ItemsOut = s.StanzasOut,
                Unacknowledged = s.Unacknowledged,
                Queued = s.IsInbound ? 0 : queues[(s.LocalDomain, s.RemoteDomain)].Sum(p => (long)p.QueuedItems),
            })),
        ];
    }

    public IReadOnlyList<(string Peer, string Failure)> Failures() =>
        [.. side.Pairs.Where(p => p.LastFailure.Length > 0).Select(p => (p.Peer, $"{p.LastFailure}: {p.LastFailureText} ({p.LocalDomain} to {p.RemoteDomain})"))];

    // A peer with several pairs of domains is tried again with the first of them.
    public IReadOnlyList<(string Peer, DateTimeOffset At)> NextTries()
    {
        var now = time.GetUtcNow();
        return [.. side.Pairs.Where(p => p.RetryInSeconds > 0).GroupBy(p => p.Peer, StringComparer.Ordinal).Select(g => (g.Key, now.AddSeconds(g.Min(p => p.RetryInSeconds))))];
    }

    public IReadOnlyList<(string Name, long Value)> Numbers()
    {
        var pairs = side.Pairs;
        return
        [
            ("xmpp streams", side.Streams.Count), ("xmpp domain pairs", pairs.Count), ("xmpp stanzas queued", pairs.Sum(p => (long)p.QueuedItems)),
            ("xmpp oldest stanza queued, seconds", pairs.Select(p => p.OldestSeconds).DefaultIfEmpty().Max()),
            ("xmpp domain pairs resting after failure", pairs.Count(p => p.RetryInSeconds > 0)), ("xmpp presence pairs to renew", pairs.Sum(p => (long)p.PresenceOwed)),
        ];
    }

    public int ForgetFailures(string? domain) => side.ForgetFailures(domain);

    public async Task DrainAsync(CancellationToken deadline)
    {
        var patience = TimeSpan.FromSeconds(model.Limits.DrainSecondsMax);
        await side.DrainAsync(patience).WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await side.StopAsync().WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync() => side.DisposeAsync();

    // AwaitHeader is "await header".
    private static string Words(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? " " : "")}{char.ToLowerInvariant(c)}" : $"{c}"));

    private static XmppOptions OptionsOf(ApplianceModel model) => new()
    {
        Listeners =
        [
            .. model.XmppListeners.Select(l => new XmppListenerOptions
            {
                Address = l.EndPoint.Address.ToString(), Port = l.EndPoint.Port, IsDirectTls = l.IsDirectTls, CertificateName = l.Certificate.Length > 0 ? l.Certificate : null,
            }),
        ],
        HeldBytesMax = model.Limits.HeldBytesMax,
        Limits = new XmppLimits
        {
            StanzaBytesMax = model.Limits.StanzaBytesMax,
            DepthMax = model.Limits.StanzaDepthMax,
            AttributesMax = model.Limits.StanzaAttributesMax,
            ElementsMax = model.Limits.StanzaElementsMax,
            NameBytesMax = model.Limits.StanzaNameBytesMax,
        },
        AttemptRules = model.Xmpp.AttemptRules,
        ConnectAttemptsMax = model.Xmpp.ConnectAttempts,
        ConnectWaitSeconds = model.Xmpp.ConnectWaitSeconds,
        RetrySecondsMax = model.Xmpp.RetrySecondsMax,
        FailedHostSeconds = model.Xmpp.FailedHostSeconds,
        NegotiationSecondsMax = model.Xmpp.NegotiationSeconds,
        StanzaSecondsMax = model.Xmpp.StanzaSeconds,
        InboundIdleSecondsMax = model.Xmpp.InboundIdleSeconds,
        OutboundIdleSecondsMax = model.Xmpp.OutboundIdleSeconds,
        PingSeconds = model.Xmpp.PingSeconds,
        PingsByIq = model.Xmpp.PingsByIq,
        ResumeSecondsMax = model.Xmpp.ResumeSeconds,
        ConnectionsShownTo = model.Xmpp.ConnectionsShownTo,
        Multicast = new MulticastOptions
        {
            IsOn = model.Xmpp.Multicast.Enabled, AddressesMax = model.Xmpp.Multicast.Addresses, Threshold = model.Xmpp.Multicast.Threshold,
            DiscoSecondsMax = model.Xmpp.Multicast.DiscoSeconds, DiscoMinutes = model.Xmpp.Multicast.DiscoCacheMinutes,
        },
        ProductVersion = ApplianceVersion.Text,
    };
}
