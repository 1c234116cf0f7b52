using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Subscriptions;
using Gateway.Sip.Protocol.Wire;
using static Gateway.Sip.Protocol.Subscriptions.SubscriberInput;

namespace Sip.Protocol.Tests.Subscriptions;

public sealed class SubscriberTests
{
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;
    private SubscriberState _state = new();

    [Fact]
    [Clause("RFC6665", "4.1.2.2")]
    public void Accepted_and_notified_is_active_and_refreshed_inside_the_dialog()
    {
        Assert.Equal(["SUBSCRIBE 3600 new"], On(new Begin()));
        Assert.Empty(On(new Answered(200, 1000)));
        Assert.Equal(["answer 200", "deliver Active"], On(Notify("active;expires=1000")));
        Assert.Equal(_now.AddSeconds(850), _state.Deadline);
        _now = _state.Deadline;
        Assert.Equal(["SUBSCRIBE 3600"], On(new Tick()));
        Assert.Empty(On(new Answered(200, 1000)));
        Assert.Equal(_now.AddSeconds(850), _state.Deadline);
    }

    [Fact]
    [Clause("RFC6665", "4.4.1")]
    public void Notify_before_the_200_makes_the_subscription()
    {
        On(new Begin());
        Assert.Equal(["answer 200", "deliver Pending"], On(Notify("pending")));
        Assert.Empty(On(new Answered(202, 3600)));
        Assert.Equal(SubscriberPhase.Pending, _state.Phase);
    }

    [Fact]
    public void Piggybacked_and_best_effort_notifications_are_delivered_and_never_answered()
    {
        On(new Begin());
        Assert.Equal(["deliver Active"], On(new Answered(200, 3600, Piggyback: State("active;expires=3600"))));
        Assert.Equal(["deliver Active"], On(new Notified(State("active"), IsBestEffort: true)));
    }

    [Fact]
    [Clause("RFC6665", "4.1.2.1")]
    public void A_423_is_raised_to_min_expires()
    {
        On(new Begin());
        Assert.Equal(["SUBSCRIBE 7200 new"], On(new Answered(423, MinExpiresSeconds: 7200)));
    }

    [Fact]
    [Clause("RFC6665", "4.1.2.2")]
    public void A_481_to_a_refresh_opens_a_new_dialog_at_once()
    {
        Activate();
        _now = _state.Deadline;
        On(new Tick());
        Assert.Equal(["interrupted DialogUnknown", "SUBSCRIBE 3600 new"], On(new Answered(481)));
    }

    [Fact]
    [Clause("RFC6665", "4.1.2.2")]
    public void Another_failed_refresh_keeps_the_subscription_until_it_expires()
    {
        Activate();
        _now = _state.Deadline;
        On(new Tick());
        Assert.Empty(On(new Answered(500)));
        Assert.Equal(SubscriberPhase.Active, _state.Phase);
        while (_now < DateTimeOffset.UnixEpoch.AddSeconds(1000))
        {
            _now = _state.Deadline;
            On(new Tick());
            if (_now < DateTimeOffset.UnixEpoch.AddSeconds(1000)) On(new Answered(500));
        }

        Assert.Equal(SubscriberPhase.Trying, _state.Phase);
    }

    [Theory]
    [InlineData(0.0, 480, 600)]
    [InlineData(0.5, 486, 600)]
    [InlineData(0.99, 503, 900)]
    [InlineData(0.5, 408, 900)]
    [InlineData(0.5, 0, 900)]
    [Item("PSB-069")]
    public void Waits_after_failures_double_are_never_shorter_than_set_and_differ_by_chance(double jitter, int status, int longestSeconds)
    {
        var options = SubscriberOptions.Default with { RetryMax = TimeSpan.FromSeconds(600), ServerRetryMax = TimeSpan.FromSeconds(900) };
        var longest = TimeSpan.FromSeconds(longestSeconds);
        var state = Step(new(), new Begin());
        for (var least = options.RetryMin; least <= longest * 4; least *= 2)
        {
            state = Step(state, status == 0 ? new Lost() : new Answered(status));
            var bound = least < longest ? least : longest;
            Assert.Equal(bound * (1 + (0.2 * jitter)), state.Deadline - _now);
            _now = state.Deadline;
            state = Step(state, new Tick());
            Assert.Equal(SubscriberPhase.Trying, state.Phase);
        }

        SubscriberState Step(SubscriberState from, SubscriberInput input) => Subscriber.On(from, input, options, SipTimers.Default, jitter, _now).State;
    }

    // RFC 6665 §4.1.3, each reason with what a subscriber must do.
    [Theory]
    [InlineData("terminated;reason=deactivated", "answer 200|deliver Ended Deactivated|interrupted Deactivated|SUBSCRIBE 3600 new")]
    [InlineData("terminated;reason=timeout", "answer 200|deliver Ended Timeout|interrupted Timeout|SUBSCRIBE 3600 new")]
    [InlineData("terminated;reason=probation;retry-after=77", "answer 200|deliver Ended Probation|interrupted Probation +77")]
    [InlineData("terminated;reason=giveup", "answer 200|deliver Ended GiveUp|interrupted GiveUp +30")]
    [InlineData("terminated", "answer 200|deliver Ended|interrupted ReasonNotGiven +30")]
    [InlineData("terminated;reason=unheard", "answer 200|deliver Ended|interrupted ReasonNotGiven +30")]
    [InlineData("terminated;reason=rejected", "answer 200|deliver Ended Rejected|ended Rejected 0")]
    [InlineData("terminated;reason=noresource", "answer 200|deliver Ended NoResource|ended NoResource 0")]
    [InlineData("terminated;reason=invariant", "answer 200|deliver Ended Invariant|ended Invariant 0")]
    [Clause("RFC6665", "4.1.3")]
    public void Each_reason_of_termination_has_its_behaviour(string header, string expected)
    {
        Activate();
        Assert.Equal(expected, string.Join('|', On(Notify(header))));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(489)]
    [InlineData(603)]
    public void A_permanent_refusal_ends_it(int status)
    {
        On(new Begin());
        Assert.Equal([$"ended SubscriptionRefused {status}"], On(new Answered(status)));
    }

    [Theory]
    [InlineData(408, "interrupted TransactionTimeout +33")]
    [InlineData(480, "interrupted SubscriptionRefused +33")]
    [InlineData(504, "interrupted SubscriptionRefused +33")]
    public void A_transient_refusal_is_tried_again_ever_more_slowly(int status, string expected)
    {
        On(new Begin());
        Assert.Equal([expected], On(new Answered(status)));
        _now = _state.Deadline;
        Assert.Equal(["SUBSCRIBE 3600 new"], On(new Tick()));
        Assert.EndsWith("+66", Assert.Single(On(new Answered(status))), StringComparison.Ordinal);
    }

    [Fact]
    public void At_once_means_once_only_for_a_notifier_that_keeps_ending()
    {
        On(new Begin());
        On(Notify("terminated;reason=deactivated"));
        Assert.Equal("interrupted Deactivated +66", On(Notify("terminated;reason=deactivated"))[^1]);
    }

    [Fact]
    [Clause("RFC6665", "4.1.2.4")]
    public void No_notify_within_timer_n_gives_the_dialog_up()
    {
        On(new Begin());
        On(new Answered(200, 3600));
        _now = _state.Deadline;
        Assert.Equal(_now, DateTimeOffset.UnixEpoch + SipTimers.Default.N);
        Assert.Equal(["interrupted NotifyNeverCame +33"], On(new Tick()));
    }

    [Fact]
    [Clause("RFC6665", "4.1.2.3")]
    public void Stop_unsubscribes_and_waits_for_the_last_notify()
    {
        Activate();
        Assert.Equal(["SUBSCRIBE 0"], On(new Stop()));
        Assert.Empty(On(new Answered(200, 0)));
        Assert.Equal(["answer 200", "ended Unsubscribed 0"], On(Notify("terminated;reason=timeout")));
        Assert.Equal(["answer 481"], On(Notify("active")));
    }

    [Fact]
    public void Stop_while_the_first_subscribe_is_out_leaves_as_soon_as_it_is_accepted()
    {
        On(new Begin());
        Assert.Empty(On(new Stop()));
        Assert.Equal(["SUBSCRIBE 0"], On(new Answered(200, 3600)));
    }

    [Fact]
    [Clause("RFC6665", "4.4.3")]
    public void A_poll_is_one_subscribe_and_one_notify()
    {
        Assert.Equal(["SUBSCRIBE 0 new"], On(new Begin(IsPoll: true)));
        Assert.Empty(On(new Answered(200, 0)));
        Assert.Equal(["answer 200", "deliver Ended Timeout", "ended Timeout 0"], On(Notify("terminated;reason=timeout")));
    }

    [Theory]
    [InlineData(405)]
    [InlineData(410)]
    [InlineData(416)]
    [InlineData(484)]
    [InlineData(485)]
    [InlineData(489)]
    [InlineData(501)]
    [InlineData(604)]
    [InlineData(404)]
    [Clause("RFC 6665", "4.1.2.2")]
    public void A_refresh_refused_for_good_ends_the_subscription(int status)
    {
        Refresh();
        Assert.Equal([$"ended SubscriptionRefused {status}"], On(new Answered(status)));
    }

    [Theory]
    [InlineData(480, "interrupted SubscriptionRefused +33")]
    [InlineData(482, "interrupted SubscriptionRefused +33")]
    [Clause("RFC 6665", "4.1.2.2")]
    public void A_refresh_refused_for_now_ends_the_dialog_and_a_new_one_is_tried(int status, string expected)
    {
        Refresh();
        Assert.Equal([expected], On(new Answered(status)));
        Assert.False(_state.HasDialog);
        _now = _state.Deadline;
        Assert.Equal(["SUBSCRIBE 3600 new"], On(new Tick()));
    }

    [Fact]
    [Clause("RFC 6665", "4.1.2.2")]
    public void A_refresh_without_its_notify_within_timer_n_ends_the_subscription()
    {
        Refresh();
        On(new Sent());
        Assert.Empty(On(new Answered(200, 1000)));
        Assert.Equal(_now + SipTimers.Default.N, _state.Deadline);
        _now = _state.Deadline;
        Assert.Equal(["interrupted NotifyNeverCame +33"], On(new Tick()));
    }

    [Fact]
    [Clause("RFC 6665", "4.1.2.2")]
    public void An_answer_that_promises_no_notify_stops_timer_n()
    {
        Refresh();
        On(new Sent());
        Assert.Empty(On(new Answered(204, 1000)));
        Assert.Equal(_now.AddSeconds(850), _state.Deadline);
    }

    [Fact]
    [Clause("RFC 6665", "4.1.2.4")]
    public void Timer_n_runs_from_the_sending_and_not_from_the_wish()
    {
        On(new Begin());
        Assert.Equal(DateTimeOffset.MaxValue, _state.Deadline);
        _now = _now.AddSeconds(600);
        On(new Sent());
        Assert.Equal(_now + SipTimers.Default.N, _state.Deadline);
        _now = _now.AddSeconds(10);
        Assert.Empty(On(new Answered(200, 3600)));
        Assert.Equal(_now.AddSeconds(22), _state.Deadline);
    }

    [Fact]
    [Clause("RFC 6665", "4.1.3")]
    public void A_notify_may_shorten_the_subscription_and_never_lengthens_it()
    {
        Activate();
        On(Notify("active;expires=5000"));
        Assert.Equal(_now.AddSeconds(850), _state.Deadline);
        On(Notify("active;expires=100"));
        Assert.Equal(_now.AddSeconds(85), _state.Deadline);
        On(Notify("pending"));
        Assert.Equal(SubscriberPhase.Pending, _state.Phase);
    }

    [Fact]
    [Clause("RFC 6665", "4.1.3")]
    public void An_expiry_in_a_terminated_notify_is_ignored_and_so_is_a_pause_where_it_means_nothing()
    {
        Activate();
        Assert.Equal(
            "answer 200|deliver Ended Deactivated|interrupted Deactivated|SUBSCRIBE 3600 new",
            string.Join('|', On(Notify("terminated;reason=deactivated;expires=9000;retry-after=900"))));
    }

    private void Refresh()
    {
        Activate();
        _now = _state.Deadline;
        On(new Tick());
    }

    private void Activate()
    {
        On(new Begin());
        On(new Answered(200, 1000));
        On(Notify("active;expires=1000"));
    }

    private static SubscriptionStateHeader State(string text) =>
        SubscriptionStateHeader.TryRead(System.Text.Encoding.UTF8.GetBytes(text), out var header) ? header : throw new FormatException(text);

    private static Notified Notify(string text) => new(State(text));

    private List<string> On(SubscriberInput input)
    {
        var step = Subscriber.On(_state, input, SubscriberOptions.Default, SipTimers.Default, jitter: 0.5, _now);
        _state = step.State;
        return step.Outputs.Select(Line).ToList();
    }

    private string Line(SubscriberOutput output) => output switch
    {
        SubscriberOutput.Subscribe s => $"SUBSCRIBE {s.ExpiresSeconds}{(s.InNewDialog ? " new" : "")}",
        SubscriberOutput.AnswerNotify a => $"answer {a.Status}",
        SubscriberOutput.Deliver { Reason: TerminationReason.None } d => $"deliver {d.Phase}",
        SubscriberOutput.Deliver d => $"deliver {d.Phase} {d.Reason}",
        SubscriberOutput.Interrupted i when i.RetryAt > _now => $"interrupted {i.Reason} +{(i.RetryAt - _now).TotalSeconds}",
        SubscriberOutput.Interrupted i => $"interrupted {i.Reason}",
        SubscriberOutput.Ended e => $"ended {e.Reason} {e.Status}",
        _ => output.ToString(),
    };
}
