using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Availability;
using Gateway.Mapping.Xmpp;
using Gateway.Transport;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Stanzas;
using Gateway.Xmpp.Streams;
using Presence.Core;
using Presence.Core.Ports;

namespace Gateway.Xmpp;

/// <summary>
/// The XMPP side: server-to-server streams in both directions (RFC 6120), stanzas to and from the crossing (RFC 6121). One stream per domain pair goes out; many pairs may share one that
/// comes in.
/// </summary>
public sealed class XmppSide : ISide, IAsyncDisposable
{
    /// <summary>The name of the protocol in ALPN: XEP-0368 §3.</summary>
    internal const string DirectTlsProtocol = "xmpp-server";

    private const int CrowdedQuietSecondsMax = 10;

    private readonly XmppContext _context;
    private readonly AvailabilityTables _tables;
    private readonly List<Listener> _listeners = [];
    private ITimer? _sweep;
    private long _version;

    /// <summary>Joins the parts; nothing listens or dials before <see cref="Start"/> or the first departure.</summary>
    public XmppSide(XmppParts parts)
    {
        _tables = parts.Availability;
        _context = new XmppContext
        {
            Options = parts.Options, Hub = parts.Hub, Resolver = parts.Resolver, NextBelow = parts.NextBelow, Certificates = parts.Certificates, Registry = parts.Registry,
            Crossing = parts.Crossing, Refusals = parts.Refusals, Ids = parts.Ids, Keys = new DialbackKeys(parts.DialbackSecret), Observer = parts.Observer,
        };
        _context.Streams = new StreamTable();
        _context.Held = new HeldBytes(parts.Options.HeldBytesMax);
        _context.Links = new LinkTable(_context);
        _context.Sessions = new ManagedSessions(_context);
        _context.Pings = new Pings(_context);
        _context.Asker = new DialbackAsker(_context);
        _context.Door = new ArrivalDoor(_context, parts.Availability);
        _context.Metrics = new XmppMetrics(() => Streams, () => Pairs, () => _context.Held.Total);
    }

    /// <inheritdoc/>
    public Federation.Protocol Protocol => Federation.Protocol.Xmpp;

    /// <summary>The instruments.</summary>
    public XmppMetrics Metrics => _context.Metrics;

    /// <summary>Where it listens, with the ports the kernel chose.</summary>
    public IReadOnlyList<Listener> Listeners => _listeners;

    /// <summary>The streams that live now.</summary>
    public IReadOnlyList<StreamSnapshot> Streams => [.. _context.Streams.All.Select(stream => stream.Snapshot()).OrderBy(stream => stream.Id)];

    /// <summary>The domain pairs that have a queue, a stream or a failure to tell of.</summary>
    public IReadOnlyList<PairSnapshot> Pairs => [.. _context.Links.All.Select(link => link.Snapshot())];

    /// <summary>Dialback questions to authoritative servers that stand without an answer on open streams.</summary>
    public int OpenQuestions => _context.Streams.All.OfType<OutboundConnection>().Sum(stream => stream.QuestionCount);

    /// <summary>Forgets why a domain (null: any) could not be reached, so that the next stanza tries at once; gives back how many pairs of domains that concerned (PS-127).</summary>
    public int ForgetFailures(string? domain) => _context.Links.Forget(domain is null ? null : Jid.ToAsciiDomain(domain));

    /// <summary>Begins to accept and to keep time. Throws when an address cannot be bound.</summary>
    public void Start()
    {
        foreach (var listener in _context.Options.Listeners) _listeners.Add(Listen(listener));
        _sweep = _context.Time.CreateTimer(static side => ((XmppSide)side!).Sweep(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    private Listener Listen(XmppListenerOptions listener)
    {
        var tls = !listener.IsDirectTls ? null : new TlsServerOptions
        {
            Certificates = _context.Certificates, Client = ClientCertificate.Requested, CertificateName = listener.CertificateName, ApplicationProtocols = [DirectTlsProtocol],
        };
        var options = new ListenerOptions
        {
            Name = listener.IsDirectTls ? "xmpps" : "xmpp", Address = listener.Address, Port = listener.Port, IdleSecondsMax = 0, Tls = tls,
        };
        return Listener.Start(_context.Hub, options, _ => new InboundConnection(_context, listener.CertificateName));
    }

    /// <summary>
    /// What waits for a stream (an error that a sender must still be told, for one) may get it within <paramref name="patience"/>, and the streams that bring us stanzas end: what was under way on
    /// them is answered like the rest. Listeners stay open: a peer may have to ask about our dialback key before it lets a stream of ours in.
    /// </summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience, _context.Time);
        await UntilAsync(IsSaid, deadline.Token);
        await TakeLastAsync(deadline.Token);
    }

    // In this order: what has been told waits for a stream already, and what has left the queue for the peer's word.
    private bool IsSaid() => _context.Untold == 0 && _context.Links.Queued == 0 && _context.Streams.All.All(stream => stream is not OutboundConnection { Owed: > 0 });

    private Task TakeLastAsync(CancellationToken deadline)
    {
        var bringing = _context.Streams.EndBringing(XmppReason.SystemShutdown);
        return bringing.Count == 0 ? Task.CompletedTask : UntilAsync(() => bringing.All(stream => !stream.IsListening) && IsSaid(), deadline);
    }

    private async Task UntilAsync(Func<bool> isOver, CancellationToken deadline)
    {
        if (isOver() || deadline.IsCancellationRequested) return;
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var end = deadline.Register(() => over.TrySetResult());
        await using var look = _context.Time.CreateTimer(_ => _ = isOver() && over.TrySetResult(), null, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
        await over.Task;
    }

    /// <summary>Accepts no more, answers what came on streams opened since the drain, lets queued stanzas leave or fail, and ends every stream: <c>system-shutdown</c> (RFC 6120 §4.9.3.20).</summary>
    public async Task StopAsync()
    {
        foreach (var listener in _listeners) await listener.DisposeAsync();
        _listeners.Clear();
        _context.Streams.Close();
        using (var last = new CancellationTokenSource(TimeSpan.FromSeconds(_context.Options.StopSecondsMax), _context.Time)) await TakeLastAsync(last.Token);
        _context.Links.Stop();
        _context.Streams.EndAll(XmppReason.SystemShutdown);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(_context.Options.StopSecondsMax), _context.Time);
        await _context.Streams.WhenEmptyAsync().WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Depart(MessageDeparture departure)
    {
        var passage = departure.Passage;
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        if (!ContentToXmpp.TryWrite(ref writer, passage, departure.Content, XmppContext.TextOf(passage.Id), _context.ChatStates.Ask(passage.From, passage.To)))
        {
            departure.Complete(Outcome.Failed(XmppFailures.FailureOf(XmppReason.JidMalformed)));
            return;
        }
        writer.Flush();
        _context.Links.Send(passage.From.Domain, passage.To.Domain, departure.Peer, output.WrittenSpan, new DepartureReceipt(_context, departure));
    }

    /// <inheritdoc/>
    public void Depart(ChatStateDeparture departure)
    {
        // Who answers without chat states gets none (XEP-0085 §5.1).
        if (!_context.ChatStates.Takes(departure.Passage.From, departure.Passage.To)) return;

        // It says nothing after a wait, so it may wait a little only; but who types will send, and the stream stands by then.
        var passage = departure.Passage;
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        if (!ContentToXmpp.TryWrite(ref writer, passage, departure.State, departure.Thread)) return;
        writer.Flush();
        _context.Links.Send(passage.From.Domain, passage.To.Domain, departure.Peer, output.WrittenSpan, null, _context.Options.ChatStateSecondsMax);
    }

    /// <inheritdoc/>
    public void Depart(RelayDeparture departure) => _context.Door.Relay.Depart(departure);

    /// <inheritdoc/>
    public async ValueTask<EffectVerdict> PerformAsync(PresenceEffect effect, WatcherView? view, PeerModel peer, CancellationToken cancellation)
    {
        var receipt = new EffectReceipt(_context, effect, peer);
        return Send(effect, view, peer, receipt) ? await receipt.Verdict.WaitAsync(cancellation) : EffectVerdict.Done;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_sweep is not null) await _sweep.DisposeAsync();
        Metrics.Dispose();
    }

    private bool Send(PresenceEffect effect, WatcherView? view, PeerModel peer, EffectReceipt receipt)
    {
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        bool isWritten = EffectToPresence.TryWrite(ref writer, effect, view, _tables, PresenceIds.For(effect, _context.NewId()), peer.RichPresence, DeviceFeatures.Caps);
        writer.Flush();
        if (!isWritten) return false;
        bool isUpstream = effect is AskUpstream;
        var (from, to) = isUpstream ? (effect.Watcher, effect.Presentity) : (effect.Presentity, effect.Watcher);
        _context.Links.Send(from.Domain, to.Domain, peer, output.WrittenSpan, receipt, effect: effect);
        return true;
    }

    private void Sweep()
    {
        try
        {
            SweepAll();
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            // The timer's thread has nobody above it: a defect is told, and the next sweep goes on.
            _context.Observer.OnFailed("the sweep", bug);
        }
    }

    private void SweepAll()
    {
        long now = _context.Time.GetTimestamp();
        var options = _context.Options;
        var own = _context.Certificates.Current;

        // Before the streams: a question that is over must not be taken to the next place by the end of the stream that was to ask it.
        _context.Asker.Sweep(now);
        bool isChanged = Interlocked.Exchange(ref _version, _context.Registry.Version) != _context.Registry.Version;

        // Streams to domains that nobody configured may stand as long as there is room: a stranger with names and servers enough must not hold all connections by doing nothing.
        bool isCrowded = _context.Hub.Count > _context.Hub.Limits.ConnectionsMax / 4 * 3;
        foreach (var stream in _context.Streams.All)
        {
            if (stream.IsOver)
            {
                stream.SweepListening(now);
                continue;
            }
            if (!stream.IsEstablished && stream.AgeSeconds(now) >= stream.NegotiationSecondsMax) stream.End(XmppReason.NegotiationTimeout);
            else if (stream.ElementSeconds(now) >= options.StanzaSecondsMax) stream.End(XmppReason.StanzaTimeout);
            else if (stream.IsInbound && options.InboundIdleSecondsMax > 0 && stream.SilentSeconds(now) >= options.InboundIdleSecondsMax) stream.End(XmppReason.ConnectionTimeout);
            else if (!stream.IsInbound && options.OutboundIdleSecondsMax > 0 && stream.QuietSeconds(now) >= options.OutboundIdleSecondsMax) stream.End(XmppReason.ConnectionTimeout);
            else if (isCrowded && stream is OutboundConnection { IsEstablished: true } guest && PeerTable.IsDiscovered(guest.Peer) && guest.QuietSeconds(now) >= CrowdedQuietSecondsMax)
                stream.End(XmppReason.ConnectionTimeout);
            else if (stream is OutboundConnection ours && !ours.TrySweep(now)) stream.End(XmppReason.PeerSilent);
            else if (isChanged) stream.Recheck();
            if (stream is { IsEstablished: true, Transport: { } transport } && transport.CertificateVersion != own.Version && !own.StillPresents(transport.Presented)) stream.Leave(now);
        }
        _context.Sessions.Sweep(now);
        _context.Pings.Sweep(now);
        _context.Door.Sweep(now);
        _context.Links.Sweep(now);
    }
}
