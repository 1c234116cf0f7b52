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
    public XmppMetrics(Func<int> streams, Func<int> queued)
    {
        _meter.CreateObservableGauge("gateway_xmpp_streams", streams, "{stream}", "Streams now, both directions.");
        _meter.CreateObservableGauge("gateway_xmpp_queued_stanzas", queued, "{stanza}", "Stanzas that wait for a stream.");
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

    /// <summary>How many streams ended so for this reason.</summary>
    public long Ended(bool isInbound, XmppReason reason) => _ended.GetValueOrDefault((isInbound, reason));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void StreamOpened() => Interlocked.Increment(ref _opened);

    internal void StreamEnded(bool isInbound, XmppReason reason) => _ended.AddOrUpdate((isInbound, reason), 1, static (_, n) => n + 1);

    internal void StanzaReceived() => Interlocked.Increment(ref _received);

    internal void StanzaSent() => Interlocked.Increment(ref _sent);

    internal void StanzaRefused(string reason) => _refusedStanzas.AddOrUpdate(reason, 1, static (_, n) => n + 1);

    internal void Asked() => Interlocked.Increment(ref _asks);

    internal void LateError() => Interlocked.Increment(ref _lateErrors);
}
