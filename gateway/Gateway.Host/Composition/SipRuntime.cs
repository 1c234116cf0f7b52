using System.Net.Sockets;
using Gateway.Admin.Reports;
using Gateway.Federation;
using Gateway.Host.Configuration;
using Gateway.Sip;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Subscriptions;
using Gateway.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>The SIP side as the composition makes, starts, shows and stops it.</summary>
internal sealed class SipRuntime : ISideRuntime
{
    private const int DefaultPort = 5061;

    private readonly ApplianceModel model;
    private readonly SipSide side;

    public SipRuntime(ApplianceParts parts)
    {
        model = parts.Model;
        var sideParts = new SipSideParts(
            parts.Hub, parts.Resolver, parts.Time, parts.Ids, Random.Shared.Next, new SipLog(parts.Logs.CreateLogger<SipLog>(), parts.Refusals));
        side = new SipSide(OptionsOf(parts), parts.Registry, parts.Crossing, sideParts);
    }

    public ISide Side => side;

    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await side.StartAsync();
        }
        catch (SocketException fault)
        {
            throw new ApplianceFailure($"SIP cannot listen on {string.Join(", ", model.SipListeners.Select(l => l.EndPoint))}: {fault.Message}", fault);
        }
    }

    public IReadOnlyList<ListenerStatus> Listeners()
    {
        var connections = side.Describe().Links.Sum(l => l.Connections.Count(c => c.Direction == "in"));
        return [.. side.Listeners.Select(l => new ListenerStatus("sip", l.Endpoint.ToString(), true, connections))];
    }

    public IReadOnlyList<(string Peer, ConnectionStatus Connection)> Connections() =>
    [
        .. side.Describe().Links.SelectMany(link => link.Connections.Select(c => (link.Peer, new ConnectionStatus
        {
            Number = c.Id, Direction = c.Direction, Remote = c.Target.Length > 0 ? $"{c.Target} {c.Remote}" : c.Remote, Phase = c.State.Length > 0 ? c.State : "open",
            Tls = c.Cipher.Length > 0 ? $"{c.Tls} {c.Cipher}" : c.Tls, Subject = c.Subject,
            ProvedBy = c.ProvedAs.Length > 0 ? "certificate" : "none", Proofs = c.ProvedAs.Length > 0 ? [c.ProvedAs] : [], Since = c.Since,
            CertificateVersion = c.CertificateVersion, Dialogs = c.Dialogs, Queued = link.Waiting, Domains = c.Domains,
            ItemsIn = c.MessagesIn, ItemsOut = c.MessagesOut, LastItem = c.LastMessageAt, Unacknowledged = c.Unanswered,
        }))),
    ];

    public IReadOnlyList<(string Peer, string Failure)> Failures() =>
        [.. side.Describe().Links.Where(l => l.LastFailure.Length > 0).Select(l => (l.Peer, $"{l.LastFailure}: {l.LastFailureDetail}"))];

    public IReadOnlyList<(string Peer, TargetStatus Target)> Quarantined() =>
        [.. side.Describe().Links.SelectMany(l => l.Quarantined.Select(q => (l.Peer, new TargetStatus(q.Target, q.Until, q.Failures, $"{q.Reason}: {q.Detail}"))))];

    public IReadOnlyList<(string Peer, DateTimeOffset At)> NextTries() =>
        [.. side.Describe().Links.Where(l => l.NextTry is not null).Select(l => (l.Peer, l.NextTry!.Value))];

    public IReadOnlyList<(string Name, long Value)> Numbers()
    {
        var view = side.Describe();
        return [("sip watchers", view.Notifiers), ("sip subscriptions", view.Subscribers), ("sip conversations", view.Conversations), ("sip requests open", view.PendingRequests)];
    }

    public IReadOnlyList<(string Peer, int Waiting)> Paces() => side.Describe().Paces;

    public async Task DrainAsync(CancellationToken deadline)
    {
        using var draining = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        // A fifth is left for telling those whose messages were not delivered, and for the other side.
        await side.DrainAsync(TimeSpan.FromSeconds(model.Limits.DrainSecondsMax * 0.8)).WaitAsync(draining.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync() => side.DisposeAsync();

    private static SipSideOptions OptionsOf(ApplianceParts parts)
    {
        var model = parts.Model;
        var limits = model.Limits;
        return new SipSideOptions
        {
            Fqdn = model.Fqdn,
            AdvertisedPort = model.SipListeners.Select(l => l.EndPoint.Port).FirstOrDefault(p => p > 0, DefaultPort),
            Listeners = [.. model.SipListeners.Select(l => ListenerOf(parts, l))],
            Certificates = parts.Certificates,
            KeepAliveSeconds = model.Connections.KeepAliveSeconds,
            RequestsPerConnection = model.Connections.RequestsPerConnection,
            QuarantineSecondsMax = model.Connections.QuarantineSecondsMax,
            ResolveSecondsMin = model.Connections.ResolveSecondsMin,
            UserAgent = $"gateway/{ApplianceVersion.Text}",
            Limits = new SipLimits
            {
                HeadBytesMax = limits.SipHeadBytesMax, BodyBytesMax = limits.SipBodyBytesMax, HeaderBytesMax = Math.Min(SipLimits.Default.HeaderBytesMax, limits.SipHeadBytesMax),
            },
            NotifyInterval = TimeSpan.FromSeconds(model.Presence.NotifyInterval),
            WatchersMax = model.Presence.WatchersMax,
            Shown = model.Presence.ShownEndpoint,
            Subscribe = SubscriberOptions.Default with
            {
                ExpiresSeconds = (uint)model.Presence.Expires, RetryMax = TimeSpan.FromSeconds(model.Presence.SubscriptionFailureRetry),
                ServerRetryMax = TimeSpan.FromSeconds(model.Presence.ServerFailureRetry),
            },
            Expiry = ExpiryPolicy.Default with
            {
                SecondsMin = (uint)model.Presence.ExpiresMin,
                SecondsMax = (uint)model.Presence.Expires,
                DefaultSeconds = (uint)Math.Clamp(ExpiryPolicy.Default.DefaultSeconds, model.Presence.ExpiresMin, model.Presence.Expires),
            },
        };
    }

    // Without SNI the certificate that names us decides: an edge compares it with the host it dialled.
    private static ListenerOptions ListenerOf(ApplianceParts parts, ListenerModel listener) => new()
    {
        Name = "sip",
        Address = listener.EndPoint.Address.ToString(),
        Port = listener.EndPoint.Port,
        Tls = new TlsServerOptions
        {
            Certificates = parts.Certificates,
            Client = ClientCertificate.Required,

            // Whom it shakes hands with a listener learns too late; the peer's record then says whether its version was new enough.
            MayBeOld = () => parts.Registry.Current.Peers.MayBeOld,
            CertificateName = listener.Certificate.Length > 0 ? listener.Certificate : parts.Certificates.Current.ForDomain(parts.Model.Fqdn)?.Name,
        },
    };
}
