using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Subscriptions;

namespace Sip.Protocol.Tests.Subscriptions;

public sealed class NotifierTests
{
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;
    private NotifierState _state = new();

    [Fact]
    [Clause("RFC6665", "4.2.1.2")]
    public void Accepted_subscription_is_notified_at_once_with_the_time_left()
    {
        Assert.Equal(["NOTIFY pending;expires=3600 #1"], On(new NotifierInput.Accepted(3600, Content(1))));
        Assert.Equal(["shown 1"], On(new NotifierInput.Answered(200)));
        _now = _now.AddSeconds(60);
        Assert.Equal(["NOTIFY active;expires=3540 #2"], On(new NotifierInput.Show(true, Content(2))));
    }

    [Fact]
    public void One_notify_is_out_and_the_newest_of_those_waiting_wins()
    {
        On(new NotifierInput.Accepted(3600, Content(1)));
        Assert.Empty(On(new NotifierInput.Show(true, Content(2))));
        Assert.Empty(On(new NotifierInput.Show(true, Content(3))));
        Assert.Equal(["shown 1", "NOTIFY active;expires=3600 #3"], On(new NotifierInput.Answered(200)));
    }

    [Fact]
    public void An_end_waits_for_the_outstanding_notify_and_is_never_replaced()
    {
        On(new NotifierInput.Accepted(3600, Content(1)));
        Assert.Empty(On(new NotifierInput.End(TerminationReason.Rejected, Content(9))));
        Assert.Empty(On(new NotifierInput.Show(true, Content(10))));
        Assert.Equal(["shown 1", "NOTIFY terminated;reason=rejected #9"], On(new NotifierInput.Answered(200)));
        Assert.Equal(["ended Rejected"], On(new NotifierInput.Answered(200)));
        Assert.Empty(On(new NotifierInput.Show(true, Content(11))));
    }

    [Fact]
    [Clause("RFC6665", "4.2.2")]
    public void Silent_expiry_notifies_terminated_by_timeout()
    {
        On(new NotifierInput.Accepted(60, Content(1)));
        On(new NotifierInput.Answered(200));
        Assert.Equal(_now.AddSeconds(60), _state.Deadline);
        _now = _now.AddSeconds(60);
        Assert.Equal(["NOTIFY terminated;reason=timeout #0"], On(new NotifierInput.Tick()));
        Assert.Equal(["ended Timeout"], On(new NotifierInput.Answered(481)));
    }

    [Fact]
    [Clause("RFC6665", "4.4.3")]
    public void A_poll_waits_shortly_for_the_state_and_is_one_terminated_notify()
    {
        Assert.Empty(On(new NotifierInput.Accepted(0)));
        Assert.Equal(["NOTIFY terminated;reason=timeout #4"], On(new NotifierInput.Show(true, Content(4))));
        Assert.Empty(On(new NotifierInput.Show(true, Content(5))));
        Assert.Equal(["ended Timeout"], On(new NotifierInput.Answered(200)));
    }

    [Fact]
    public void A_poll_nobody_can_answer_is_notified_empty()
    {
        On(new NotifierInput.Accepted(0));
        _now = _state.Deadline;
        Assert.Equal(["NOTIFY terminated;reason=timeout #0"], On(new NotifierInput.Tick()));
    }

    // RFC 6665 §4.2.2 with RFC 5057 §5.1
    [Theory]
    [InlineData(481)]
    [InlineData(408)]
    [InlineData(404)]
    [InlineData(489)]
    [Clause("RFC6665", "4.2.2")]
    public void A_refusal_that_ends_the_usage_ends_it(int status)
    {
        On(new NotifierInput.Accepted(3600, Content(1)));
        Assert.Equal(["ended NotifyRefused"], On(new NotifierInput.Answered(status)));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public void Another_refusal_is_tried_again_later_with_the_newest_state(int status)
    {
        On(new NotifierInput.Accepted(3600, Content(1)));
        Assert.Empty(On(new NotifierInput.Answered(status, RetryAfterSeconds: 20)));
        Assert.Empty(On(new NotifierInput.Show(true, Content(2))));
        Assert.Equal(_now.AddSeconds(20), _state.Deadline);
        _now = _state.Deadline;
        Assert.Equal(["NOTIFY active;expires=3580 #2"], On(new NotifierInput.Tick()));
    }

    [Fact]
    public void A_broken_connection_never_ends_the_subscription_before_it_expires()
    {
        On(new NotifierInput.Accepted(3600, Content(1)));
        var sent = 0;
        while (_state.Phase is NotifierPhase.Pending)
        {
            On(new NotifierInput.Lost());
            _now = _state.Deadline;
            if (On(new NotifierInput.Tick()) is [['N', ..] line] && line.Contains("pending", StringComparison.Ordinal)) sent++;
        }

        Assert.True(sent > 20, $"sent {sent}");
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(3600), _now);
    }

    [Theory]
    [InlineData(null, true, 3600u)]
    [InlineData(0u, true, 0u)]
    [InlineData(59u, false, 59u)]
    [InlineData(60u, true, 60u)]
    [InlineData(4_000_000u, true, 86_400u)]
    [Clause("RFC6665", "4.2.1.1")]
    [Clause("RFC3856", "6.4")]
    public void Grants_follow_the_policy(uint? requested, bool ok, uint granted)
    {
        Assert.Equal(ok, ExpiryPolicy.Default.TryGrant(requested, out var seconds));
        Assert.Equal(granted, seconds);
    }

    private static NotifyContent Content(long version) => new("application/pidf+xml", default, version);

    private List<string> On(NotifierInput input)
    {
        var step = Notifier.On(_state, input, _now);
        _state = step.State;
        return step.Outputs.Select(o => o switch
        {
            NotifierOutput.SendNotify n => $"NOTIFY {n.State} #{n.Content.Version}",
            NotifierOutput.Shown s => $"shown {s.Version}",
            NotifierOutput.Ended e => $"ended {e.Reason}",
            _ => o.ToString(),
        }).ToList();
    }
}
