using Certificates;
using Gateway.Federation;
using Gateway.Host.Composition;
using Microsoft.Extensions.Logging;

namespace Host.Tests.Running;

/// <summary>A certificate of ours comes near its end, and ends, while nothing else happens.</summary>
public sealed class OwnCertificateWatchTests : IDisposable
{
    private readonly PassingTime time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<string> lines = [];
    private readonly RecentRefusals refusals;
    private readonly LabAuthority authority;
    private readonly OwnCertificateWatch watch;

    public OwnCertificateWatchTests()
    {
        refusals = new RecentRefusals(time);
        authority = LabAuthority.Create(time.GetUtcNow());
        watch = new OwnCertificateWatch(time, refusals, new Listening(lines));
    }

    public void Dispose() => watch.Dispose();

    [Fact]
    public void It_is_told_once_that_the_end_is_near_and_once_that_it_has_come()
    {
        Publish(40, 400);
        Assert.Empty(lines);

        time.Pass(TimeSpan.FromDays(11));
        Assert.Contains("certificate own40 ends in 29 days", Assert.Single(lines), StringComparison.Ordinal);
        time.Pass(TimeSpan.FromDays(28.9));
        Assert.Empty(refusals.Snapshot());

        time.Pass(TimeSpan.FromDays(0.2));
        time.Pass(TimeSpan.FromDays(5));
        Assert.Equal(("own40", "certificates.Expired", 1L), refusals.Snapshot().Select(r => (r.Subject, r.Reason, r.Count)).Single());
        Assert.Single(lines);
    }

    [Fact]
    public void The_end_is_told_at_its_moment_and_not_at_the_next_look_of_the_hour()
    {
        Publish(40);
        time.Pass(TimeSpan.FromDays(40) - TimeSpan.FromSeconds(1));
        Assert.Empty(refusals.Snapshot());
        time.Pass(TimeSpan.FromSeconds(2));
        Assert.Single(refusals.Snapshot());
    }

    [Fact]
    public void One_that_was_renewed_in_time_is_not_told_of()
    {
        Publish(40);
        time.Pass(TimeSpan.FromDays(5));
        Publish(400);
        time.Pass(TimeSpan.FromDays(60));
        Assert.Empty(lines);
        Assert.Empty(refusals.Snapshot());
    }

    [Fact]
    public void Days_left_are_less_than_none_from_the_moment_on()
    {
        var own = Own(2);
        Assert.Equal([1, 0, -1, -2], ((double[])[-47, -1, 0.1, 25]).Select(hours => own.DaysLeft(own.NotAfter.AddHours(hours))));
    }

    private void Publish(params int[] days) => watch.Watch(new CertificateSet(1, days.Select(Own), []));

    private OwnCertificate Own(int days) =>
        authority.Issue(LabLeafOptions.For("gw.example") with { NotAfter = time.GetUtcNow().AddDays(days) }).ToOwn("own" + days);

    /// <summary>Time that goes on when the test says so; the one timer there is comes due in it.</summary>
    private sealed class PassingTime(DateTimeOffset now) : TimeProvider
    {
        private DateTimeOffset now = now;
        private DateTimeOffset due = DateTimeOffset.MaxValue;
        private Action fire = static () => { };

        public override DateTimeOffset GetUtcNow() => now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            fire = () => callback(state);
            return new Armed(this);
        }

        public void Pass(TimeSpan span)
        {
            var until = now + span;
            while (due <= until)
            {
                (now, due) = (due, DateTimeOffset.MaxValue);
                fire();
            }

            now = until;
        }

        private sealed class Armed(PassingTime time) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                time.due = time.now + dueTime;
                return true;
            }

            public void Dispose() => time.due = DateTimeOffset.MaxValue;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }

    private sealed class Listening(List<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Add(formatter(state, exception));
    }
}
