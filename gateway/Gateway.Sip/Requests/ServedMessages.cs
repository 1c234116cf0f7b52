using Gateway.Sip.Protocol.Transactions;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Requests;

/// <summary>
/// The MESSAGEs outside dialogs that were accepted lately. Over TLS a transaction is forgotten with its answer (RFC 3261 §17.2.2, Timer J), so that one whose answer was lost with its
/// connection, and that its sender repeats by the next, would be shown twice: for as long as Timer J lasts elsewhere the repetition gets its 200 again, and nothing more. A repetition has
/// the same From tag, Call-ID and CSeq (§8.2.2.2) and the same body. Where two meet in one place the older is forgotten: then it is as the RFC has it.
/// </summary>
internal sealed class ServedMessages(TimeSpan memory)
{
    private const int Places = 8_192;

    private readonly Served?[] places = new Served?[Places];

    private sealed record Served(string Peer, TransactionKey Key, int Body, DateTimeOffset Until);

    public void Add(string peer, in TransactionKey key, SipRequest request, DateTimeOffset now) =>
        Volatile.Write(ref PlaceOf(peer, key), new Served(peer, key, DigestOf(request), now + memory));

    public bool Has(string peer, in TransactionKey key, SipRequest request, DateTimeOffset now) =>
        Volatile.Read(ref PlaceOf(peer, key)) is { } served && now < served.Until && served.Peer == peer && served.Key == key && served.Body == DigestOf(request);

    private ref Served? PlaceOf(string peer, in TransactionKey key) => ref places[HashCode.Combine(peer, key) & (Places - 1)];

    /// <summary>A digest of the body that holds as long as the process.</summary>
    public static int DigestOf(SipRequest request)
    {
        var digest = default(HashCode);
        digest.AddBytes(request.Body.Span);
        return digest.ToHashCode();
    }
}
