using Conformance;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Xmpp.Protocol.Streams;

namespace Xmpp.Protocol.Tests.Streams;

/// <summary>The two counts of XEP-0198.</summary>
public sealed class ManagementTests
{
    [Fact]
    [Clause("XEP-0198", "4")]
    public void The_handled_count_is_the_longest_finished_beginning_whatever_the_order() => Prop.ForAll(
        ArbMap.Default.ArbFor<int[]>(), (int[] seeds) =>
        {
            var count = new HandledCount();
            int taken = Math.Min(400, seeds.Length * 7);
            var open = Enumerable.Range(0, taken).Select(_ => count.Take()).OrderBy(n => HashCode.Combine(n, seeds.Length == 0 ? 0 : seeds[(int)n % seeds.Length])).ToList();
            var finished = new HashSet<ulong>();
            foreach (ulong number in open)
            {
                count.Finish(number);
                count.Finish(number);
                finished.Add(number);
                uint expected = 0;
                while (finished.Contains(expected)) expected++;
                if (count.Handled != expected || count.Open != taken - expected) return false;
            }
            return count.Open == 0;
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Clause("XEP-0198", "4")]
    [Clause("XEP-0198", "5")]
    public void The_window_gives_up_what_is_acknowledged_and_refuses_more_than_was_sent()
    {
        var window = new SentWindow<string>();
        foreach (string name in (string[])["a", "b", "c"]) window.Add(System.Text.Encoding.ASCII.GetBytes(name), name);

        var acknowledged = new List<string>();
        Assert.False(window.TryAcknowledge(4, acknowledged));
        Assert.True(window.TryAcknowledge(2, acknowledged));
        Assert.True(window.TryAcknowledge(2, acknowledged));
        Assert.False(window.TryAcknowledge(1, acknowledged));
        Assert.Equal(["a", "b"], acknowledged);
        Assert.Equal(["c"], window.Unacknowledged.Select(s => s.Tag));
        Assert.Equal((1, 1, 2u), (window.Count, window.Bytes, window.Acknowledged));
        Assert.Equal(["c"], window.Drain().Select(s => s.Tag));
        Assert.Equal(0, window.Count);
    }
}
