namespace Gateway.Sip.Presence;

/// <summary>
/// How fast one peer is asked: no more than so many requests in any second, a quarter of them at once (field fact A4). Messages never wait but are counted, so that they go before
/// presence; a NOTIFY that a SUBSCRIBE waits for goes before one that merely tells news.
/// </summary>
internal sealed class PeerPace
{
    private readonly Lock gate = new();
    private readonly Queue<ITurnTaker> owed = new();
    private readonly Queue<ITurnTaker> others = new();
    private readonly TimeProvider time;
    private readonly Alarm alarm;
    private int perSecond;
    private double turns;
    private DateTimeOffset countedAt;

    public PeerPace(TimeProvider time, Deadlines deadlines, int perSecond)
    {
        (this.time, this.perSecond, countedAt) = (time, perSecond, time.GetUtcNow());
        turns = Burst;
        alarm = deadlines.NewAlarm(Release);
    }

    public int WaitingCount
    {
        get
        {
            lock (gate) return owed.Count + others.Count;
        }
    }

    /// <summary>About how long the last in the queue waits; messages in between make it longer.</summary>
    public TimeSpan Wait => TimeSpan.FromSeconds(WaitingCount / Refill);

    private double Burst => Math.Max(1, perSecond / 4);

    // With the burst it stays within the limit of any one second.
    private double Refill => Math.Max(0.5, perSecond - Burst);

    /// <summary>True: go now. False: <paramref name="taker"/> is called when its turn has come.</summary>
    public bool TryTake(int limit, bool isOwed, ITurnTaker taker)
    {
        DateTimeOffset due;
        lock (gate)
        {
            perSecond = limit;
            if (limit == 0) return true;
            Count();
            if (turns >= 1 && owed.Count == 0 && (isOwed || others.Count == 0))
            {
                turns--;
                return true;
            }

            (isOwed ? owed : others).Enqueue(taker);
            due = NextAt();
        }

        alarm.Set(due);
        return false;
    }

    /// <summary>A request was sent that waits for nobody; it is paid for by those that do.</summary>
    public void Spend()
    {
        lock (gate)
        {
            Count();
            turns = Math.Max(turns - 1, -Refill);
        }
    }

    private void Release()
    {
        while (true)
        {
            ITurnTaker? taker;
            lock (gate)
            {
                Count();
                if (turns < 1 && perSecond > 0) break;
                if (!owed.TryDequeue(out taker) && !others.TryDequeue(out taker)) return;
                turns--;
            }

            // Outside the gate: whoever takes a turn holds its own while it asks for the next.
            if (taker.TakeTurn()) continue;
            lock (gate) turns++;
        }

        DateTimeOffset due;
        lock (gate)
        {
            if (owed.Count + others.Count == 0) return;
            due = NextAt();
        }

        alarm.Set(due);
    }

    private void Count()
    {
        var now = time.GetUtcNow();
        if (now > countedAt) turns = Math.Min(Burst, turns + (Refill * (now - countedAt).TotalSeconds));
        countedAt = now;
    }

    // Rounded up to the millisecond, so that the turn is there when the alarm is.
    private DateTimeOffset NextAt() => countedAt.AddMilliseconds(Math.Ceiling(Math.Max(0, 1 - turns) / Refill * 1_000) + 1);
}
