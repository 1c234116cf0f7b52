namespace Load.Scenarios;

/// <summary>Counts deliveries that overtook an earlier one of the same pair of users: a conversation is read in the order in which it was typed.</summary>
internal sealed class Order(int pairs)
{
    private readonly long[] last = new long[pairs];
    private long disordered;

    public string Remark => disordered == 0 ? "" : $"{disordered} out of order";

    public void Seen(int pair, long mark)
    {
        if (Interlocked.Exchange(ref last[pair], mark) > mark) Interlocked.Increment(ref disordered);
    }
}
