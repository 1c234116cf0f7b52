using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Gateway.Transport;

namespace Gateway.Admin.Trace;

/// <summary>
/// One trace: a bounded queue between the message path, which copies and goes on, and one reader, who decides whose messages they are, takes out what is nobody's business and writes. What does
/// not fit is counted and told.
/// </summary>
public sealed class TraceSession : IDisposable
{
    public const int MessagesMax = 1_024;
    public const int BytesMax = 8 << 20;
    public const int MessageBytesMax = 64 * 1_024;
    public const int MessagesPerSecondMax = 1_000;

    private const int HeldPerConnectionMax = 32;
    private const int HeldConnectionsMax = 256;
    private const int HeldBytesMax = 2 << 20;
    private const int NotOursMax = 16_384;
    private static readonly TimeSpan NotOursFor = TimeSpan.FromSeconds(1);

    private readonly Channel<Seen> queue = Channel.CreateBounded<Seen>(new BoundedChannelOptions(MessagesMax) { SingleReader = true });
    private readonly ConcurrentDictionary<long, long> notOurs = new();
    private readonly Dictionary<long, Queue<Seen>> held = [];
    private readonly TraceRequest request;
    private readonly long? number;
    private readonly TimeProvider time;
    private readonly Action<TraceSession> ended;
    private readonly DateTimeOffset since;
    private readonly CancellationTokenSource over;
    private long queuedBytes;
    private int heldBytes;
    private long second;
    private int inSecond;
    private long lost;
    private long lostInAll;
    private long lines;
    private int isDisposed;

    internal TraceSession(TraceRequest request, TimeProvider time, Action<TraceSession> ended)
    {
        (this.request, this.time, this.ended, since) = (request, time, ended, time.GetUtcNow());
        number = long.TryParse(request.Subject, NumberStyles.None, CultureInfo.InvariantCulture, out var one) ? one : null;
        over = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Clamp(request.Seconds, 1, TraceRequest.SecondsMax)), time);
    }

    /// <summary>One message, or the end of a connection where there are no bytes.</summary>
    private sealed record Seen(TransportConnection Connection, DateTimeOffset At, bool IsReceived, byte[]? Bytes, int Length);

    public TraceStatus Status => new(request.Subject, request.Who, since, request.ShowsBodies, Volatile.Read(ref lines), Volatile.Read(ref lostInAll));

    /// <summary>Cancelled when its time is over.</summary>
    public CancellationToken Over => over.Token;

    /// <summary>From the message path: copies, or counts what it could not take.</summary>
    internal void Offer(TransportConnection connection, bool isReceived, ReadOnlySpan<byte> message)
    {
        if (notOurs.TryGetValue(connection.Id, out var until) && time.GetTimestamp() < until) return;
        if (IsTooFast() || Volatile.Read(ref queuedBytes) > BytesMax)
        {
            Lose();
            return;
        }

        var kept = message[..Math.Min(message.Length, MessageBytesMax)].ToArray();
        Interlocked.Add(ref queuedBytes, kept.Length);
        if (queue.Writer.TryWrite(new Seen(connection, time.GetUtcNow(), isReceived, kept, message.Length))) return;
        Interlocked.Add(ref queuedBytes, -kept.Length);
        Lose();
    }

    internal void Closed(TransportConnection connection)
    {
        var isNotOurs = notOurs.TryRemove(connection.Id, out _);
        if (!isNotOurs && !queue.Writer.TryWrite(new Seen(connection, time.GetUtcNow(), false, null, 0))) Lose();
    }

    /// <summary>The lines as they come, until <paramref name="cancellation"/> or the end of its time; the last says how it ended. To be read once.</summary>
    public async IAsyncEnumerable<TraceLine> LinesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        while (await MayReadAsync(both.Token))
        {
            while (queue.Reader.TryRead(out var seen))
            {
                if (seen.Bytes is { } bytes) Interlocked.Add(ref queuedBytes, -bytes.Length);
                foreach (var line in Take(seen))
                {
                    Interlocked.Increment(ref lines);
                    yield return line;
                }

                if (Interlocked.Exchange(ref lost, 0) is > 0 and var missing) yield return Missing(missing);
            }
        }

        if (Interlocked.Exchange(ref lost, 0) is > 0 and var last) yield return Missing(last);
        yield return new TraceLine("end", time.GetUtcNow()) { Text = cancellation.IsCancellationRequested ? "the trace was ended" : "its time is over", Lost = Volatile.Read(ref lostInAll) };
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0) return;
        ended(this);
        over.Dispose();
    }

    private async Task<bool> MayReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await queue.Reader.WaitToReadAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Who a connection belongs to may not be known with its first messages: they wait, few, until it is.
    private IEnumerable<TraceLine> Take(Seen seen)
    {
        var id = seen.Connection.Id;
        var isOurs = number == seen.Connection.Id ? true : seen.Connection.Concerns(request.Subject);
        if (isOurs is null && seen.Bytes is not null)
        {
            Hold(id, seen);
            yield break;
        }

        if (held.Remove(id, out var earlier)) heldBytes -= earlier.Sum(one => one.Bytes!.Length);
        if (isOurs != true)
        {
            // It may come to be: a stream takes up further domains. So it is asked again soon.
            if (notOurs.Count > NotOursMax) notOurs.Clear();
            if (seen.Bytes is not null) notOurs[id] = time.GetTimestamp() + (long)(NotOursFor.TotalSeconds * time.TimestampFrequency);
            yield break;
        }

        foreach (var one in earlier ?? []) yield return LineOf(one);
        yield return LineOf(seen);
    }

    private void Hold(long id, Seen seen)
    {
        var isKnown = held.TryGetValue(id, out var earlier);
        if (heldBytes > HeldBytesMax || (isKnown ? earlier!.Count >= HeldPerConnectionMax : held.Count >= HeldConnectionsMax))
        {
            Lose();
            return;
        }

        if (!isKnown) held[id] = earlier = new Queue<Seen>();
        earlier!.Enqueue(seen);
        heldBytes += seen.Bytes!.Length;
    }

    private TraceLine LineOf(Seen seen) => seen.Bytes is { } bytes
        ? new TraceLine("message", seen.At)
        {
            Direction = seen.IsReceived ? "in" : "out", Connection = seen.Connection.ToString(), Bytes = seen.Length,
            Text = Redaction.Of(bytes, seen.Length > bytes.Length, request.ShowsBodies),
        }
        : new TraceLine("closed", seen.At) { Connection = seen.Connection.ToString(), Text = $"transport.{seen.Connection.CloseReason}: {seen.Connection.CloseDetail}" };

    private TraceLine Missing(long count) => new("lost", time.GetUtcNow()) { Lost = count };

    private void Lose()
    {
        Interlocked.Increment(ref lost);
        Interlocked.Increment(ref lostInAll);
    }

    private bool IsTooFast()
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        if (Interlocked.Exchange(ref second, now) != now) Volatile.Write(ref inSecond, 0);
        return Interlocked.Increment(ref inSecond) > MessagesPerSecondMax;
    }
}
