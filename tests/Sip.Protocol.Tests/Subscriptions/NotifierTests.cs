using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Subscriptions;

namespace Sip.Protocol.Tests.Subscriptions;

public sealed class NotifierTests
{
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;
    private NotifierState _state = new();
    private bool _isPaced;

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
        Assert.Equal(ok, ExpiryPolicy.Default.TryGrant(requested, 0, out var seconds));
        Assert.Equal(granted, seconds);
    }

    [Fact]
    [Clause("RFC 6665", "4.2.2")]
    public void A_notify_that_waits_for_its_turn_carries_what_is_true_when_it_comes()
    {
        _isPaced = true;
        Assert.Equal(["turn owed"], On(new NotifierInput.Accepted(3600, Content(1))));
        Assert.Empty(On(new NotifierInput.Show(true, Content(2))));
        _now = _now.AddSeconds(100);
        Assert.Equal(["NOTIFY active;expires=3500 #2"], On(new NotifierInput.Turn()));
        Assert.Empty(On(new NotifierInput.Turn()));
        Assert.Equal(["shown 2"], On(new NotifierInput.Answered(200)));
        Assert.Equal(["turn"], On(new NotifierInput.Show(true, Content(3))));
        Assert.Empty(On(new NotifierInput.End(TerminationReason.Rejected, Content(4))));
        Assert.Equal(["NOTIFY terminated;reason=rejected #4"], On(new NotifierInput.Turn()));
    }

    [Fact]
    [Clause("RFC 3856", "6.10")]
    public void Mere_changes_keep_their_interval_and_the_newest_goes_out()
    {
        _state = _state with { ChangeInterval = TimeSpan.FromSeconds(5) };
        On(new NotifierInput.Accepted(3600, Content(1)));
        On(new NotifierInput.Answered(200));
        Assert.Equal(["NOTIFY active;expires=3600 #2"], On(new NotifierInput.Show(true, Content(2, "a"))));
        On(new NotifierInput.Answered(200));

        Assert.Empty(On(new NotifierInput.Show(true, Content(3, "b"))));
        Assert.Empty(On(new NotifierInput.Show(true, Content(4, "c"))));
        Assert.Equal(_now.AddSeconds(5), _state.Deadline);
        _now = _state.Deadline;
        Assert.Equal(["NOTIFY active;expires=3595 #4"], On(new NotifierInput.Tick()));
    }

    [Fact]
    [Clause("RFC 3856", "6.10")]
    [Clause("RFC 6665", "4.2.1.2")]
    public void No_interval_holds_what_a_subscribe_waits_for_or_what_ends_the_subscription()
    {
        _state = _state with { ChangeInterval = TimeSpan.FromSeconds(5) };
        On(new NotifierInput.Accepted(3600, Content(1, "a")));
        On(new NotifierInput.Answered(200));
        Assert.Empty(On(new NotifierInput.Accepted(3600)));
        Assert.Equal(["NOTIFY active;expires=3600 #2"], On(new NotifierInput.Show(true, Content(2, "b"))));
        On(new NotifierInput.Answered(200));
        Assert.Equal(["NOTIFY pending;expires=3600 #3"], On(new NotifierInput.Show(false, Content(3))));
        On(new NotifierInput.Answered(200));
        Assert.Equal(["NOTIFY terminated;reason=noresource #4"], On(new NotifierInput.End(TerminationReason.NoResource, Content(4))));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(410)]
    [InlineData(416)]
    [InlineData(480)]
    [InlineData(481)]
    [InlineData(482)]
    [InlineData(483)]
    [InlineData(484)]
    [InlineData(485)]
    [InlineData(489)]
    [InlineData(501)]
    [InlineData(604)]
    [Clause("RFC 6665", "4.2.2")]
    public void Each_answer_the_standard_lists_removes_the_subscription(int status)
    {
        On(new NotifierInput.Accepted(3600, Content(1)));
        Assert.Equal(["ended NotifyRefused"], On(new NotifierInput.Answered(status)));
        Assert.Equal(DateTimeOffset.MaxValue, _state.Deadline);
    }

    [Theory]
    [InlineData(TerminationReason.Deactivated, null, "terminated;reason=deactivated")]
    [InlineData(TerminationReason.Probation, 30u, "terminated;reason=probation;retry-after=30")]
    [InlineData(TerminationReason.Rejected, null, "terminated;reason=rejected")]
    [InlineData(TerminationReason.Timeout, null, "terminated;reason=timeout")]
    [InlineData(TerminationReason.GiveUp, 3600u, "terminated;reason=giveup;retry-after=3600")]
    [InlineData(TerminationReason.NoResource, null, "terminated;reason=noresource")]
    [InlineData(TerminationReason.Invariant, 31536000u, "terminated;reason=invariant;retry-after=31536000")]
    [Clause("RFC 6665", "4.1.3")]
    [Clause("RFC 6665", "4.2.2")]
    [Clause("RFC 6665", "8.2.3")]
    public void Each_reason_is_written_without_an_expiry_and_with_its_pause(TerminationReason reason, uint? retryAfter, string expected)
    {
        On(new NotifierInput.Accepted(3600, Content(1)));
        On(new NotifierInput.Answered(200));
        Assert.Equal([$"NOTIFY {expected} #7"], On(new NotifierInput.End(reason, Content(7), retryAfter)));
        Assert.Single(On(new NotifierInput.Answered(200)));
        Assert.Equal(NotifierPhase.Terminated, _state.Phase);
    }

    [Fact]
    [Clause("RFC 6665", "4.2.1.1")]
    public void Chance_may_shorten_a_long_grant_and_never_lengthens_any()
    {
        var policy = ExpiryPolicy.Default;
        Assert.True(policy.TryGrant(3600, 0.5, out var granted));
        Assert.Equal(3420u, granted);
        Assert.True(policy.TryGrant(300, 0.999, out granted));
        Assert.Equal(300u, granted);
        Assert.True(policy.TryGrant(0, 0.999, out granted));
        Assert.Equal(0u, granted);
    }

    private static NotifyContent Content(long version, string body = "") => new("application/pidf+xml", System.Text.Encoding.UTF8.GetBytes(body), version);

    private List<string> On(NotifierInput input)
    {
        var step = Notifier.On(_state, input, _now);
        _state = step.State;
        var lines = new List<string>();
        foreach (var output in step.Outputs)
        {
            // A peer without a pace gives each NOTIFY its turn at once.
            if (output is NotifierOutput.AskTurn ask && !_isPaced) lines.AddRange(On(new NotifierInput.Turn()));
            else lines.Add(LineOf(output));
        }

        return lines;
    }

    private static string LineOf(NotifierOutput output) => output switch
    {
        NotifierOutput.AskTurn a => a.IsOwed ? "turn owed" : "turn",
        NotifierOutput.SendNotify n => $"NOTIFY {n.State} #{n.Content.Version}",
        NotifierOutput.Shown s => $"shown {s.Version}",
        NotifierOutput.Ended e => $"ended {e.Reason}",
        _ => output.ToString(),
    };
}
