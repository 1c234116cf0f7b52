using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp;

/// <summary>The side's instruments. The message path only adds to plain numbers; labels are closed words.</summary>
public sealed class XmppMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "gateway.xmpp";

    private readonly Meter _meter = new(MeterName);
    private readonly ConcurrentDictionary<(bool IsInbound, XmppReason Reason), long> _ended = new();
    private readonly ConcurrentDictionary<string, long> _refusedStanzas = new();
    private long _opened;
    private long _received;
    private long _sent;
    private long _asks;
    private long _lateErrors;

    /// <summary>Instruments over this side.</summary>
    internal XmppMetrics(Func<IReadOnlyList<StreamSnapshot>> streams, Func<IReadOnlyList<PairSnapshot>> pairs, Func<long> held)
    {
        _meter.CreateObservableGauge("gateway_xmpp_streams", () => Streams(streams()), "{stream}", "Streams now, by peer, direction, how the peer proved itself, and TLS version.");
        _meter.CreateObservableGauge("gateway_xmpp_stream_features", () => Features(streams()), "{stream}",
            "Streams now that negotiated a feature, by feature (0198, 0288, direct-tls) and direction.");
        _meter.CreateObservableGauge("gateway_xmpp_unacknowledged_stanzas", () => PerPeer(streams(), s => s.Peer, s => s.Unacknowledged), "{stanza}",
            "Stanzas sent and not yet acknowledged by the peer (XEP-0198), by peer.");
        _meter.CreateObservableGauge("gateway_xmpp_queued_stanzas", () => PerPeer(pairs(), p => p.Peer, p => p.QueuedItems), "{stanza}", "Stanzas that wait for a stream, by peer.");
        _meter.CreateObservableGauge("gateway_xmpp_held_bytes", held, "By", "Bytes of stanzas that wait for a stream, or for the peer's word that it has them (XEP-0198), of all peers.");
        _meter.CreateObservableGauge("gateway_xmpp_resting_pairs", () => Resting(pairs()), "{pair}",
            "Pairs of domains that failed and are not tried again for a while, by peer and reason; `gateway streams forget` ends it.");
        _meter.CreateObservableCounter("gateway_xmpp_streams_opened_total", () => Volatile.Read(ref _opened), description: "Streams that came to carry stanzas.");
        _meter.CreateObservableCounter("gateway_xmpp_stanzas_received_total", () => Volatile.Read(ref _received), description: "Stanzas received.");
        _meter.CreateObservableCounter("gateway_xmpp_stanzas_sent_total", () => Volatile.Read(ref _sent), description: "Stanzas sent.");
        _meter.CreateObservableCounter("gateway_xmpp_dialback_asks_total", () => Volatile.Read(ref _asks), description: "Questions to authoritative servers (XEP-0220).");
        _meter.CreateObservableCounter(
            "gateway_xmpp_late_errors_total", () => Volatile.Read(ref _lateErrors), description: "Stanzas of ours that came back as errors when their senders had been answered.");
        _meter.CreateObservableCounter("gateway_xmpp_streams_ended_total", () => _ended.Select(e => new Measurement<long>(
            e.Value, new("direction", e.Key.IsInbound ? "in" : "out"), new("reason", XmppFailures.NameOf(e.Key.Reason)))), description: "Streams that ended, by direction and reason.");
        _meter.CreateObservableCounter("gateway_xmpp_stanzas_refused_total", () => _refusedStanzas.Select(
            e => new Measurement<long>(e.Value, new KeyValuePair<string, object?>("reason", e.Key))), description: "Stanzas refused, by reason.");
    }

    /// <summary>Stanzas received so far.</summary>
    public long Received => Volatile.Read(ref _received);
    /// <summary>Stanzas written or queued so far.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Stanzas of ours that failed after their senders had been answered.</summary>
    public long LateErrors => Volatile.Read(ref _lateErrors);

    /// <summary>How many streams ended so for this reason.</summary>
    public long Ended(bool isInbound, XmppReason reason) => _ended.GetValueOrDefault((isInbound, reason));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> Streams(IReadOnlyList<StreamSnapshot> streams) =>
        streams.CountBy(s => (s.Peer, s.IsInbound, s.ProvedBy, s.TlsVersion)).Select(g => new Measurement<int>(
            g.Value, new("peer", g.Key.Peer), Direction(g.Key.IsInbound), new("proof", g.Key.ProvedBy), new("tls", g.Key.TlsVersion.Length == 0 ? "none" : g.Key.TlsVersion)));

    private static IEnumerable<Measurement<int>> Features(IReadOnlyList<StreamSnapshot> streams) =>
        streams.SelectMany(s => s.Features.Select(f => (Feature: f, s.IsInbound))).CountBy(f => f)
            .Select(g => new Measurement<int>(g.Value, new("feature", g.Key.Feature), Direction(g.Key.IsInbound)));

    private static IEnumerable<Measurement<int>> Resting(IReadOnlyList<PairSnapshot> pairs) =>
        pairs.Where(p => p.RetryInSeconds > 0).CountBy(p => (p.Peer, p.LastFailure)).Select(g => new Measurement<int>(g.Value, new("peer", g.Key.Peer), new("reason", g.Key.LastFailure)));

    private static IEnumerable<Measurement<int>> PerPeer<T>(IReadOnlyList<T> items, Func<T, string> peer, Func<T, int> count) =>
        items.GroupBy(peer).Select(g => new Measurement<int>(g.Sum(count), new KeyValuePair<string, object?>("peer", g.Key)));

    private static KeyValuePair<string, object?> Direction(bool isInbound) => new("direction", isInbound ? "in" : "out");

    internal void StreamOpened() => Interlocked.Increment(ref _opened);

    internal void StreamEnded(bool isInbound, XmppReason reason) => _ended.AddOrUpdate((isInbound, reason), 1, static (_, n) => n + 1);

    internal void StanzaReceived() => Interlocked.Increment(ref _received);

    internal void StanzaSent() => Interlocked.Increment(ref _sent);

    internal void StanzaRefused(string reason) => _refusedStanzas.AddOrUpdate(reason, 1, static (_, n) => n + 1);

    internal void Asked() => Interlocked.Increment(ref _asks);

    internal void LateError() => Interlocked.Increment(ref _lateErrors);
}
