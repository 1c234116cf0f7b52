namespace Gateway.Transport;

/// <summary>The order of RFC 2782: by priority; among equals a draw in proportion to weight, zero weights seldom first.</summary>
public static class SrvOrder
{
    /// <summary>Orders records for one attempt.</summary>
    /// <param name="records">As found.</param>
    /// <param name="nextBelow">A random number from 0 up to, and not including, its argument.</param>
    public static IReadOnlyList<SrvRecord> Order(IReadOnlyList<SrvRecord> records, Func<int, int> nextBelow)
    {
        var ordered = new List<SrvRecord>(records.Count);
        foreach (var equals in records.GroupBy(r => r.Priority).OrderBy(g => g.Key))
        {
            // The zero weights stand first in the running sum, so that only a draw of exactly zero takes them.
            var left = equals.OrderBy(r => r.Weight).ToList();
            while (left.Count > 0)
            {
                var draw = nextBelow(left.Sum(r => r.Weight) + 1);
                var sum = 0;
                var chosen = left.FindIndex(r => (sum += r.Weight) >= draw);
                ordered.Add(left[chosen]);
                left.RemoveAt(chosen);
            }
        }
        return ordered;
    }
}
