using System.Diagnostics;

namespace Load.Measure;

/// <summary>
/// Keeps N items in flight (closed loop) or starts R a second (open loop), and accounts for each sequence number: delivered once, again, too late, refused, or lost. There is one thread of control
/// less than one expects: whoever read deliveries from a socket also sends the items that may follow them (<see cref="Turn"/>). Numbers start with <c>first</c>, above all that were used before: a
/// branch or Call-ID that comes again is a retransmission.
/// </summary>
internal sealed class Pump(int window, int rate, long first, Action<long> send, Action flush) : IDisposable
{
    private const int Slots = 1 << 22;
    private const long Done = -1;
    private const long Given = -2;
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(5);
    private readonly long[] slots = new long[Slots];
    private readonly CancellationTokenSource ended = new();
    private Task clock = Task.CompletedTask;
    private long credit;
    private readonly long lowest = first;
    private long next = first;
    private long swept = first;
    private int sending;
    private volatile bool isRunning;
    private volatile bool isMeasuring;
    private long sent;
    private long delivered;
    private long measured;
    private long failed;
    private long lost;
    private long late;
    private long duplicates;
    private long answered;

    public Latencies Latencies { get; } = new();

    /// <summary>The number the next pump may start with.</summary>
    public long Next => Volatile.Read(ref next);

    public PumpCounts Counts => new(
        Volatile.Read(ref sent), Volatile.Read(ref delivered), Volatile.Read(ref measured), Volatile.Read(ref failed), Volatile.Read(ref lost), Volatile.Read(ref late),
        Volatile.Read(ref duplicates), Volatile.Read(ref answered));

    public bool IsMeasuring
    {
        get => isMeasuring;
        set => isMeasuring = value;
    }

    public void Start()
    {
        isRunning = true;
        credit = window;
        clock = rate > 0 ? TickAsync() : SweepAsync();
        Turn();
    }

    /// <summary>No more items; waits for those in flight until they are delivered or lost.</summary>
    public async Task StopAsync()
    {
        isRunning = false;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var began = Stopwatch.GetTimestamp();
        while (Open > 0 && Stopwatch.GetElapsedTime(began) < LostAfter + TimeSpan.FromSeconds(1) && await timer.WaitForNextTickAsync()) Sweep();
        await ended.CancelAsync();
        await clock;
    }

    /// <param name="mayRepeat">Whether the protocol allows the same to be told again, as presence does.</param>
    public void Delivered(long sequence, bool mayRepeat = false)
    {
        if (sequence < lowest || sequence >= Volatile.Read(ref next)) return;
        var began = Interlocked.Exchange(ref slots[sequence & (Slots - 1)], Done);
        if (began == Done && !mayRepeat) Interlocked.Increment(ref duplicates);
        else if (began == Given) Interlocked.Increment(ref late);
        if (began <= 0) return;
        Interlocked.Increment(ref delivered);
        if (isMeasuring)
        {
            Interlocked.Increment(ref measured);
            Latencies.Add(Stopwatch.GetElapsedTime(began));
        }

        if (window > 0) Interlocked.Increment(ref credit);
    }

    /// <summary>The subject's answer to the sender of an item: a success says nothing of the delivery, a refusal ends the item.</summary>
    public void Answered(long sequence, bool isSuccess)
    {
        if (isSuccess) Interlocked.Increment(ref answered);
        else if (sequence >= lowest && sequence < Volatile.Read(ref next) && GiveUp(sequence)) Interlocked.Increment(ref failed);
    }

    /// <summary>Sends what may be sent now. Called by readers at the end of what they had read, and by the clock.</summary>
    public void Turn()
    {
        while (Volatile.Read(ref credit) > 0)
        {
            if (Interlocked.CompareExchange(ref sending, 1, 0) != 0) return;
            while (isRunning && Interlocked.Exchange(ref credit, 0) is > 0 and var count)
            {
                for (var i = 0L; i < count; i++) Issue();
            }

            flush();
            Volatile.Write(ref sending, 0);
            if (!isRunning) return;
        }
    }

    public void Dispose() => ended.Dispose();

    private long Open
    {
        get
        {
            var counts = Counts;
            return counts.Sent - counts.Delivered - counts.Failed - counts.Lost;
        }
    }

    private void Issue()
    {
        var sequence = next;
        slots[sequence & (Slots - 1)] = Stopwatch.GetTimestamp();
        Volatile.Write(ref next, sequence + 1);
        Interlocked.Increment(ref sent);
        send(sequence);
    }

    private bool GiveUp(long sequence)
    {
        ref var slot = ref slots[sequence & (Slots - 1)];
        var began = Volatile.Read(ref slot);
        if (began <= 0 || Interlocked.CompareExchange(ref slot, Given, began) != began) return false;
        if (window > 0) Interlocked.Increment(ref credit);
        return true;
    }

    private void Sweep()
    {
        var now = Stopwatch.GetTimestamp();
        for (var end = Volatile.Read(ref next); swept < end; swept++)
        {
            var began = Volatile.Read(ref slots[swept & (Slots - 1)]);
            if (began <= 0) continue;
            if (Stopwatch.GetElapsedTime(began, now) < LostAfter) return;
            if (GiveUp(swept)) Interlocked.Increment(ref lost);
        }
    }

    private async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (await NextAsync(timer))
        {
            Sweep();
            Turn();
        }
    }

    // The open loop: each tick grants what the schedule owes, whatever came back.
    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var began = Stopwatch.GetTimestamp();
        var due = 0L;
        while (await NextAsync(timer))
        {
            var wanted = (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * rate);
            if (wanted == due) continue;
            Interlocked.Add(ref credit, wanted - due);
            due = wanted;
            if (isRunning) Turn();
            if (due % 500 < 2) Sweep();
        }
    }

    private async ValueTask<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ended.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
