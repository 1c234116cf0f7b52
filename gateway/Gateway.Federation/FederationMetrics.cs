using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Gateway.Federation.Peers;

namespace Gateway.Federation;

/// <summary>
/// The crossing's instruments. Passages are counted in cells of our own and only read when somebody scrapes, because the message path must not pay for label handling. Labels: configured
/// peer names else <c>other</c>; closed words else <c>other</c>.
/// </summary>
public sealed class FederationMetrics : IDisposable
{
    public const string MeterName = "gateway.federation";

    private const int CellsMax = 8_192;

    private readonly Meter meter = new(MeterName);
    private readonly ConcurrentDictionary<Key, Cell> cells = new();
    private readonly Histogram<double> seconds;

    public FederationMetrics()
    {
        meter.CreateObservableCounter("gateway_federation_passages", Read, unit: "{passage}", description: "Items that entered the crossing, by peer, direction, kind and how they ended.");
        seconds = meter.CreateHistogram<double>("gateway_federation_passage_seconds", unit: "s", description: "From entering the crossing to the sender's answer, messages only.");
    }

    /// <summary>Counts one passage; <paramref name="outcome"/> is <c>ok</c> or a public reason name.</summary>
    public void Count(PeerModel peer, Protocol cameBy, PassageKind kind, string outcome)
    {
        var key = new Key(PeerTable.LabelOf(peer), cameBy, kind, outcome);
        if (!cells.TryGetValue(key, out var cell))
        {
            // Reason names are closed per room, so this bound is met by a defect only.
            if (cells.Count >= CellsMax) key = key with { Peer = "other", Outcome = "other" };
            cell = cells.GetOrAdd(key, static _ => new Cell());
        }

        Interlocked.Increment(ref cell.Value);
    }

    /// <summary>Records how long a message took to be answered.</summary>
    public void RecordLatency(Protocol cameBy, TimeSpan elapsed)
    {
        if (seconds.Enabled) seconds.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("direction", DirectionOf(cameBy)));
    }

    /// <summary>The count so far, over all peers, of what ended with <paramref name="outcome"/>.</summary>
    public long Total(PassageKind kind, string outcome) => cells.Where(c => c.Key.Kind == kind && c.Key.Outcome == outcome).Sum(c => Interlocked.Read(ref c.Value.Value));

    public void Dispose() => meter.Dispose();

    private static string DirectionOf(Protocol cameBy) => cameBy == Protocol.Sip ? "from-sip" : "from-xmpp";

    private static string KindOf(PassageKind kind) => kind switch
    {
        PassageKind.Watch => "watch",
        PassageKind.Presence => "presence",
        PassageKind.Message => "message",
        PassageKind.ChatState => "chat-state",
        PassageKind.Query => "query",
        PassageKind.LateFailure => "late-failure",
        _ => throw new UnreachableException(),
    };

    private IEnumerable<Measurement<long>> Read()
    {
        foreach (var (key, cell) in cells)
        {
            yield return new Measurement<long>(
                Interlocked.Read(ref cell.Value),
                new("peer", key.Peer), new("direction", DirectionOf(key.CameBy)), new("kind", KindOf(key.Kind)), new("outcome", key.Outcome));
        }
    }

    private readonly record struct Key(string Peer, Protocol CameBy, PassageKind Kind, string Outcome);

    private sealed class Cell
    {
        public long Value;
    }
}
