using System.Diagnostics.Metrics;

namespace Gateway.Transport;

/// <summary>Instruments of the room. Labels are listener names, configured dial labels and closed enums, never a peer's words.</summary>
public sealed class TransportMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "gateway.transport";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _opened;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _sendsRefused;
    private readonly Counter<long> _dialsFailed;
    private readonly Histogram<double> _handshakes;

    internal TransportMetrics(TransportHub hub)
    {
        _opened = _meter.CreateCounter<long>("gateway_transport_connections_opened_total", description: "Connections that were opened, accepted and dialled.");
        _closed = _meter.CreateCounter<long>("gateway_transport_connections_closed_total", description: "Connections that ended, by reason.");
        _refused = _meter.CreateCounter<long>("gateway_transport_connections_refused_total", description: "Connections refused before they had an owner, by listener and reason.");
        _sendsRefused = _meter.CreateCounter<long>("gateway_transport_sends_refused_total", description: "Sends that a connection could not take, by reason.");
        _dialsFailed = _meter.CreateCounter<long>("gateway_transport_dials_failed_total", description: "Dials that led to no connection, by reason.");
        _handshakes = _meter.CreateHistogram<double>("gateway_transport_handshake_seconds", "s", "How long TLS handshakes took, by direction and outcome.");
        _meter.CreateObservableGauge("gateway_transport_connections", () => hub.Count, description: "Connections now, accepted and dialled.");
        // Read from the connections when somebody asks, so that the message path pays nothing.
        _meter.CreateObservableCounter("gateway_transport_received_bytes_total", () => hub.BytesIn, "By", "Bytes received, TLS taken off.");
        _meter.CreateObservableCounter("gateway_transport_sent_bytes_total", () => hub.BytesOut, "By", "Bytes sent, before TLS.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Opened(TransportConnection connection) => _opened.Add(1, Label(connection.Label), Direction(connection.IsAccepted));

    internal void Closed(TransportConnection connection) =>
        _closed.Add(1, Label(connection.Label), Direction(connection.IsAccepted), Reason(connection.CloseReason));

    internal void Refused(string listener, TransportReason reason) => _refused.Add(1, Label(listener), Reason(reason));

    internal void SendRefused(string label) => _sendsRefused.Add(1, Label(label));

    internal void DialFailed(string label, TransportReason reason) => _dialsFailed.Add(1, Label(label), Reason(reason));

    internal void Handshake(string label, bool isAccepted, TimeSpan took, TransportReason reason) =>
        _handshakes.Record(took.TotalSeconds, Label(label), Direction(isAccepted), Reason(reason));

    private static KeyValuePair<string, object?> Label(string label) => new("label", label);

    private static KeyValuePair<string, object?> Direction(bool isAccepted) => new("direction", isAccepted ? "in" : "out");

    private static KeyValuePair<string, object?> Reason(TransportReason reason) => new("reason", reason.ToString());
}
