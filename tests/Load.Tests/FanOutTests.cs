using Load.Scenarios;

namespace Load.Tests;

/// <summary>When a change has reached everybody.</summary>
public sealed class FanOutTests
{
    [Fact]
    public void A_change_is_done_when_the_last_watcher_saw_it_or_a_later_one()
    {
        var fan = new FanOut(1, 2);
        var done = new List<long>();
        fan.Clear();
        fan.Begin(0, 5);
        fan.Begin(0, 6);

        fan.Seen(0, 0, 6, done.Add);
        Assert.Empty(done);
        fan.Seen(0, 1, 5, done.Add);
        Assert.Equal([5], done);
        fan.Seen(0, 1, 6, done.Add);
        Assert.Equal([5, 6], done);
        Assert.Equal(3, fan.Notices);
    }

    [Fact]
    public void Order_counts_only_what_was_overtaken_within_a_pair()
    {
        var order = new Order(2);
        order.Seen(0, 2);
        order.Seen(1, 1);
        order.Seen(0, 4);
        Assert.Equal("", order.Remark);

        order.Seen(0, 3);
        Assert.Equal("1 out of order", order.Remark);
    }
}
