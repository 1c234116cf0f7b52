using System.Diagnostics.Metrics;
using Gateway.Federation.Peers;
using Gateway.Sip.Protocol;

namespace Gateway.Sip;

/// <summary>The SIP side's instruments. Labels come from closed enums only.</summary>
internal sealed class SipMetrics : IDisposable
{
    private readonly Meter meter = new("gateway.sip");
    private readonly Counter<long> refused;
    private readonly Counter<long> rejected;
    private readonly Counter<long> strays;
    private readonly Counter<long> cancelled;
    private readonly Counter<long> lost;
    private readonly Counter<long> further;

    public SipMetrics(SipSide side)
    {
        refused = meter.CreateCounter<long>("gateway_sip_refusals_total", description: "Requests refused, by reason and status.");
        rejected = meter.CreateCounter<long>("gateway_sip_rejected_messages_total", description: "Received bytes that were no valid message, by reason.");
        strays = meter.CreateCounter<long>("gateway_sip_stray_responses_total", description: "Responses that belong to no request of ours.");
        lost = meter.CreateCounter<long>("gateway_sip_lost_responses_total", description: "Responses whose connection had ended while the peer had no other.");
        further = meter.CreateCounter<long>("gateway_sip_further_tries_total", description: "Requests of ours that failed at one target and were sent to another.");
        cancelled = meter.CreateCounter<long>("gateway_sip_cancelled_works_total", description: "Works given up because the side stops.");
        meter.CreateObservableGauge("gateway_sip_dialogs", () => Dialogs(side), description: "Dialogs in memory, by usage.");
        meter.CreateObservableGauge("gateway_sip_connections", () => Connections(side), description: "Connections of proved peers, by peer and direction.");
        meter.CreateObservableGauge("gateway_sip_waiting_messages", () => PerPeer(side, l => l.WaitingCount), description: "Messages that wait for a connection, by peer.");
        meter.CreateObservableGauge("gateway_sip_quarantined_targets", () => PerPeer(side, l => l.Targets.Quarantined(side.Now).Count),
            description: "Targets of peers that failed and are left alone for a while, by peer.");
        meter.CreateObservableGauge("gateway_sip_pending_requests", () => side.Calls.Count, description: "Requests of ours that wait for an answer.");
    }

    public void Refused(string reason, int status) => refused.Add(1, new("reason", reason), new("status", status));

    public void Rejected(SipReason reason) => rejected.Add(1, new KeyValuePair<string, object?>("reason", reason.PublicName()));

    public void StrayResponse() => strays.Add(1);

    public void ResponseLost() => lost.Add(1);

    public void SentFurther() => further.Add(1);

    public void Cancelled() => cancelled.Add(1);

    public void Dispose() => meter.Dispose();

    // Discovered partners share one label: a stranger chose their names.
    private static IEnumerable<Measurement<int>> PerPeer(SipSide side, Func<Connections.PeerLink, int> count) =>
        side.Links.All.GroupBy(l => PeerTable.LabelOf(l.Peer)).Select(g => new Measurement<int>(g.Sum(count), new KeyValuePair<string, object?>("peer", g.Key)));

    private static IEnumerable<Measurement<int>> Connections(SipSide side) =>
        from link in side.Links.All
        from connection in link.Live
        group connection by (Peer: PeerTable.LabelOf(link.Peer), Direction: connection.Transport.IsAccepted ? "in" : "out") into same
        select new Measurement<int>(same.Count(), new("peer", same.Key.Peer), new("direction", same.Key.Direction));

    private static IEnumerable<Measurement<int>> Dialogs(SipSide side) =>
    [
        new(side.Notifiers.Count, new KeyValuePair<string, object?>("usage", "notifier")),
        new(side.Subscribers.Count, new KeyValuePair<string, object?>("usage", "subscriber")),
        new(side.Conversations.Count, new KeyValuePair<string, object?>("usage", "conversation")),
    ];
}
