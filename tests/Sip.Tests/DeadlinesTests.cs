using Gateway.Sip;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>The side's alarms: each fires once at its own time, whatever was set before it, and leaves nothing in the queue.</summary>
public sealed class DeadlinesTests
{
    private readonly HandTime time = new();
    private readonly List<Exception> defects = [];
    private readonly List<string> fired = [];
    private readonly Deadlines deadlines;

    public DeadlinesTests() => deadlines = new Deadlines(time, defects.Add);

    [Fact]
    public void An_alarm_fires_once_at_its_time_and_not_before()
    {
        var alarm = Alarm("a");
        alarm.Set(In(10));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(fired);
        time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(["a@10"], fired);
    }

    [Fact]
    public void An_alarm_moved_later_fires_at_the_later_time_and_one_taken_away_never()
    {
        var (later, never) = (Alarm("later"), Alarm("never"));
        later.Set(In(10));
        never.Set(In(10));
        later.Set(In(30));
        never.Set(DateTimeOffset.MaxValue);
        time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(["later@30"], fired);
        Assert.Equal(0, deadlines.Count);
    }

    [Fact]
    public void An_alarm_moved_earlier_fires_early_and_its_old_entry_dies()
    {
        var alarm = Alarm("a");
        for (var i = 0; i < 100; i++)
        {
            alarm.Set(In(1_000));
            alarm.Set(In(5));
            time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(100, fired.Count);
        Assert.Equal("a@995", fired[^1]);

        // One entry for each time it was overtaken lies there until its time, and is not put back.
        alarm.Set(In(5_000));
        time.Advance(TimeSpan.FromSeconds(2_000));
        Assert.Equal(1, deadlines.Count);
        time.Advance(TimeSpan.FromSeconds(4_000));
        Assert.Equal((101, 0), (fired.Count, deadlines.Count));
    }

    [Fact]
    public void An_alarm_set_again_by_its_own_action_fires_again()
    {
        var count = 0;
        Alarm? self = null;
        self = deadlines.NewAlarm(() =>
        {
            if (++count < 5) self!.Set(time.GetUtcNow().AddSeconds(1));
        });
        self.Set(In(1));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(5, count);
    }

    [Fact]
    public void A_defect_in_one_action_is_told_and_stops_no_other()
    {
        var bad = deadlines.NewAlarm(() => throw new InvalidOperationException("bug"));
        var good = Alarm("good");
        bad.Set(In(1));
        good.Set(In(1));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["good@1"], fired);
        Assert.IsType<InvalidOperationException>(Assert.Single(defects));
    }

    [Fact]
    public async Task Alarms_set_from_many_threads_all_fire()
    {
        var count = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                var alarm = deadlines.NewAlarm(() => Interlocked.Increment(ref count));
                alarm.Set(In(1 + (i % 7)));
                alarm.Set(In(1 + (t % 3)));
            }
        })));
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal((4_000, 0), (count, deadlines.Count));
    }

    private readonly HashSet<string> names = [];
    private DateTimeOffset start;

    private Alarm Alarm(string name)
    {
        if (names.Count == 0) start = time.GetUtcNow();
        names.Add(name);
        return deadlines.NewAlarm(() => fired.Add($"{name}@{(time.GetUtcNow() - start).TotalSeconds:0}"));
    }

    private DateTimeOffset In(int seconds) => time.GetUtcNow().AddSeconds(seconds);
}
