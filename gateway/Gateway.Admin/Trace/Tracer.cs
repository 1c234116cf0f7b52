using System.Collections.Immutable;
using Gateway.Transport;

namespace Gateway.Admin.Trace;

/// <summary>
/// The traces that run (PSB-077). It sits on the hub's tap only while there is one: without a trace the message path pays for one comparison. With one it copies messages into bounded queues and
/// never waits.
/// </summary>
public sealed class Tracer(TransportHub hub, TimeProvider time) : IWireTap
{
    public const int SessionsMax = 4;

    private readonly Lock gate = new();
    private ImmutableArray<TraceSession> sessions = [];

    public IReadOnlyList<TraceStatus> Running => [.. sessions.Select(s => s.Status)];

    /// <summary>Begins a trace; null when as many run as may. Disposing the session ends it.</summary>
    public TraceSession? Start(TraceRequest request)
    {
        lock (gate)
        {
            if (sessions.Length >= SessionsMax) return null;
            var session = new TraceSession(request, time, Remove);
            sessions = sessions.Add(session);
            hub.Tap = this;
            return session;
        }
    }

    public void OnMessage(TransportConnection connection, bool isReceived, ReadOnlySpan<byte> message)
    {
        foreach (var session in sessions) session.Offer(connection, isReceived, message);
    }

    public void OnClosed(TransportConnection connection)
    {
        foreach (var session in sessions) session.Closed(connection);
    }

    private void Remove(TraceSession session)
    {
        lock (gate)
        {
            sessions = sessions.Remove(session);
            if (sessions.IsEmpty && hub.Tap == this) hub.Tap = null;
        }
    }
}
