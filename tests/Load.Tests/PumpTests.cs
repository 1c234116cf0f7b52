using Load.Measure;

namespace Load.Tests;

/// <summary>A generator that counts wrongly is worse than none.</summary>
public sealed class PumpTests
{
    [Fact]
    public void A_closed_loop_keeps_its_window_in_flight_and_sends_another_for_each_delivery()
    {
        var sent = new List<long>();
        using var pump = new Pump(4, 0, 100, sent.Add, () => { });
        pump.Start();
        Assert.Equal([100, 101, 102, 103], sent);

        pump.Delivered(101);
        pump.Delivered(103);
        pump.Turn();

        Assert.Equal([100, 101, 102, 103, 104, 105], sent);
        Assert.Equal(2, pump.Counts.Delivered);
    }

    [Fact]
    public void A_second_delivery_is_counted_as_such_and_sends_nothing()
    {
        var sent = new List<long>();
        using var pump = new Pump(1, 0, 0, sent.Add, () => { });
        pump.Start();
        pump.Delivered(0);
        pump.Delivered(0);
        pump.Turn();

        Assert.Equal([0, 1], sent);
        Assert.Equal((1L, 1L), (pump.Counts.Delivered, pump.Counts.Duplicates));
    }

    [Fact]
    public void What_the_protocol_may_tell_again_is_no_duplicate()
    {
        using var pump = new Pump(1, 0, 0, _ => { }, () => { });
        pump.Start();
        pump.Delivered(0, mayRepeat: true);
        pump.Delivered(0, mayRepeat: true);

        Assert.Equal((1L, 0L), (pump.Counts.Delivered, pump.Counts.Duplicates));
    }

    [Fact]
    public void A_refusal_ends_an_item_and_a_delivery_after_it_is_late()
    {
        using var pump = new Pump(2, 0, 0, _ => { }, () => { });
        pump.Start();
        pump.Answered(0, isSuccess: false);
        pump.Answered(0, isSuccess: false);
        pump.Delivered(0);

        Assert.Equal((1L, 0L, 1L), (pump.Counts.Failed, pump.Counts.Delivered, pump.Counts.Late));
    }

    [Fact]
    public void Numbers_of_another_run_are_not_ours()
    {
        using var pump = new Pump(2, 0, 50, _ => { }, () => { });
        pump.Start();
        pump.Delivered(49);
        pump.Delivered(52);

        Assert.Equal(0, pump.Counts.Delivered);
    }

    [Fact]
    public async Task A_run_that_ends_with_everything_delivered_has_lost_nothing()
    {
        var open = new Queue<long>();
        using var pump = new Pump(8, 0, 0, open.Enqueue, () => { });
        pump.Start();
        while (open.Count > 0) pump.Delivered(open.Dequeue());
        await pump.StopAsync();

        Assert.Equal((8L, 8L, 0L), (pump.Counts.Sent, pump.Counts.Delivered, pump.Counts.Lost));
    }
}
