using Gateway.Sip.Protocol.Wire;
using static Gateway.Sip.Protocol.Subscriptions.SubscriberInput;
using static Gateway.Sip.Protocol.Subscriptions.SubscriberPhase;

namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>
/// The subscriber's half (RFC 6665 §4.1, RFC 3856 §6). It keeps the subscription alive until stopped: refreshes at 80 to 90 % of the grant,
/// opens a new dialog after 481 and after the reasons that allow it, and ends only on a permanent refusal or reason.
/// <code>
/// Idle ─Begin▸ Trying ─2xx▸ AwaitNotify ─NOTIFY▸ Pending ◂▸ Active ─Stop▸ Leaving ▸ Ended
///                │ NOTIFY first ▸▸▸▸▸▸▸▸▸▸▸▸▸▸▸▸▸▲  │ terminated, expiry, transient failure
///                └─transient▸ RetryWait ─time▸ Trying ◂──┘
/// </code>
/// The jitter, in [0,1), is drawn by the caller. Answers to requests of a dialog that was given up meanwhile must not be handed in.
/// </summary>
public static class Subscriber
{
    private static readonly TimeSpan _provenAfter = TimeSpan.FromSeconds(60);

    public static Step<SubscriberState, SubscriberOutput> On(
        SubscriberState s, SubscriberInput input, SubscriberOptions options, SipTimers timers, double jitter, DateTimeOffset now) => (s.Phase, input) switch
        {
            (Ended, Notified n) => Go(s, Answer(n, 481)),
            (Ended, _) => Go(s),
            (Idle or RetryWait, Begin b) => Try(s with { IsPoll = b.IsPoll, ExpiresSeconds = options.ExpiresSeconds }, options, now),
            (_, Begin) => Go(s),
            (_, Sent) => OnSent(s, timers, now),
            (_, Answered { Status: >= 200 and < 300 } a) => OnAccepted(s, a, options, timers, jitter, now),
            (_, Answered a) => OnRefused(s, a, options, timers, jitter, now),
            (_, Lost) => OnRefused(s, new Answered(0), options, timers, jitter, now),
            (Idle or RetryWait, Notified n) => Go(s, Answer(n, 481)),
            (_, Notified n) => OnNotified(s, n, options, jitter, now),
            (Idle or RetryWait, Stop) => End(s, SipReason.Unsubscribed),
            (_, Stop) => OnStop(s, timers, now),
            (_, Tick) => OnTick(s, options, timers, jitter, now),
            _ => Go(s),
        };

    private static Step<SubscriberState, SubscriberOutput> Try(SubscriberState s, SubscriberOptions options, DateTimeOffset now)
    {
        var asked = s.IsPoll ? 0 : s.ExpiresSeconds == 0 ? options.ExpiresSeconds : s.ExpiresSeconds;
        var fresh = s with
        {
            Phase = Trying, ExpiresSeconds = s.ExpiresSeconds == 0 ? options.ExpiresSeconds : s.ExpiresSeconds, HasDialog = false, IsRequestOut = true, StartedAt = now,
            ExpiresAt = DateTimeOffset.MaxValue, RefreshAt = DateTimeOffset.MaxValue, WaitUntil = DateTimeOffset.MaxValue,
        };
        return Go(fresh, new SubscriberOutput.Subscribe(asked, InNewDialog: true));
    }

    /// <summary>RFC 6665 §4.1.2.2, §4.1.2.4: timer N runs from the sending, of a refresh too. Leaving has its own patience.</summary>
    private static Step<SubscriberState, SubscriberOutput> OnSent(SubscriberState s, SipTimers timers, DateTimeOffset now) =>
        Go(s.IsRequestOut && s.Phase is Trying or Pending or Active ? s with { WaitUntil = now + timers.N } : s);

    private static Step<SubscriberState, SubscriberOutput> OnAccepted(
        SubscriberState s, Answered a, SubscriberOptions options, SipTimers timers, double jitter, DateTimeOffset now)
    {
        var answered = s with { IsRequestOut = false, HasDialog = true };
        if (s.Phase == Leaving) return a.Piggyback is not null ? End(answered, SipReason.Unsubscribed) : Go(answered with { WaitUntil = now + timers.N });
        var granted = Math.Min(a.ExpiresSeconds ?? s.ExpiresSeconds, Math.Max(s.ExpiresSeconds, 1));
        if (!s.IsPoll) answered = Grant(answered, granted, jitter, now);
        if (s.IsStopping) return Leave(answered, timers, now);
        if (s.Phase == Trying) answered = answered with { Phase = AwaitNotify, WaitUntil = s.WaitUntil < DateTimeOffset.MaxValue ? s.WaitUntil : now + timers.N };

        // RFC 6665 §4.1.2.2: such an answer (RFC 5839) says that no NOTIFY follows.
        if (a.Status == 204) answered = answered with { WaitUntil = DateTimeOffset.MaxValue };

        // Field fact B3: a 200 with ms-piggyback-cseq is the first notification itself, and must not be answered.
        return a.Piggyback is { } state ? OnNotified(answered, new Notified(state, IsBestEffort: true), options, jitter, now) : Go(answered);
    }

    private static SubscriberState Grant(SubscriberState s, uint seconds, double jitter, DateTimeOffset now) => s with
    {
        ExpiresAt = now.AddSeconds(seconds),
        RefreshAt = now.AddSeconds(seconds * (0.8 + 0.1 * jitter)),
    };

    private static Step<SubscriberState, SubscriberOutput> OnRefused(
        SubscriberState s, Answered a, SubscriberOptions options, SipTimers timers, double jitter, DateTimeOffset now)
    {
        var idle = s with { IsRequestOut = false, WaitUntil = DateTimeOffset.MaxValue };
        if (s.Phase == Leaving || s.IsStopping) return End(idle, SipReason.Unsubscribed);
        if (a.Status == 423 && a.MinExpiresSeconds is { } min && min > s.ExpiresSeconds && min <= options.ExpiresSecondsMax)
        {
            var raised = idle with { ExpiresSeconds = min, IsRequestOut = true };
            return Go(raised, new SubscriberOutput.Subscribe(min, InNewDialog: !s.HasDialog));
        }

        if (s.HasDialog && a.Status == 481) return Again(idle, SipReason.DialogUnknown, a.Status, TimeSpan.Zero, options, jitter, now);
        if (s.HasDialog && s.Phase is Pending or Active && !EndsSubscription(a.Status))
        {
            // RFC 6665 §4.1.2.2: any other failure lets it stand until it expires; ask again half-way to there.
            var half = (s.ExpiresAt - now) / 2;
            return Go(idle with { RefreshAt = now + (half > options.RetryMin ? half : options.RetryMin) });
        }

        if (!IsTransient(a.Status)) return End(idle, SipReason.SubscriptionRefused, a.Status);
        var reason = a.Status == 0 ? SipReason.TransportFailed : a.Status == 408 ? SipReason.TransactionTimeout : SipReason.SubscriptionRefused;
        if (s.IsPoll) return End(idle, reason, a.Status);
        TimeSpan? wait = a.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400)) : null;
        return Again(idle, reason, a.Status, wait, options, jitter, now);
    }

    private static Step<SubscriberState, SubscriberOutput> OnNotified(SubscriberState s, Notified n, SubscriberOptions options, double jitter, DateTimeOffset now)
    {
        var ok = Answer(n, 200);
        var told = s with { HasDialog = true, WaitUntil = s.Phase == Leaving ? s.WaitUntil : DateTimeOffset.MaxValue };
        if (n.State.IsTerminated) return OnTerminated(told, n, ok, options, jitter, now);
        if (s.Phase == Leaving) return Go(told, ok);

        // RFC 6665 §4.1.3: an unknown state counts as active. A 2543-minded notifier that polls with "active" is given its one notification.
        var phase = n.State.IsPending ? Pending : Active;
        if (s.IsPoll) return Both(End(told, SipReason.Timeout), ok, new SubscriberOutput.Deliver(phase, TerminationReason.None));
        told = told with { Phase = phase, Failures = now - s.StartedAt > _provenAfter ? 0 : s.Failures };
        if (n.State.ExpiresSeconds is { } seconds && now.AddSeconds(seconds) < told.ExpiresAt) told = Grant(told, seconds, jitter, now);
        return Go(told, ok, new SubscriberOutput.Deliver(phase, TerminationReason.None));
    }

    private static Step<SubscriberState, SubscriberOutput> OnTerminated(
        SubscriberState s, Notified n, SubscriberOutput? ok, SubscriberOptions options, double jitter, DateTimeOffset now)
    {
        var reason = TerminationReasons.Read(n.State.Reason);
        var deliver = new SubscriberOutput.Deliver(SubscriberPhase.Ended, reason);
        if (s.Phase == Leaving || s.IsStopping) return Both(End(s, SipReason.Unsubscribed), ok, null);
        if (s.IsPoll) return Both(End(s, reason.ToSipReason()), ok, deliver);
        if (now - s.StartedAt > _provenAfter) s = s with { Failures = 0 };
        TimeSpan? asked = n.State.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400)) : null;
        return reason switch
        {
            TerminationReason.Rejected or TerminationReason.NoResource or TerminationReason.Invariant => Both(End(s, reason.ToSipReason()), ok, deliver),
            TerminationReason.Deactivated or TerminationReason.Timeout => Both(Again(s, reason.ToSipReason(), 0, TimeSpan.Zero, options, jitter, now), ok, deliver),
            _ => Both(Again(s, reason.ToSipReason(), 0, asked ?? options.RetryMin, options, jitter, now), ok, deliver),
        };
    }

    private static Step<SubscriberState, SubscriberOutput> OnStop(SubscriberState s, SipTimers timers, DateTimeOffset now)
    {
        if (s.Phase == Leaving) return Go(s);
        if (s.IsRequestOut || !s.HasDialog) return Go(s with { IsStopping = true });
        return Leave(s, timers, now);
    }

    private static Step<SubscriberState, SubscriberOutput> Leave(SubscriberState s, SipTimers timers, DateTimeOffset now)
    {
        var leaving = s with
        {
            Phase = Leaving, IsRequestOut = true, ExpiresAt = DateTimeOffset.MaxValue, RefreshAt = DateTimeOffset.MaxValue, WaitUntil = now + timers.F + timers.N,
        };
        return Go(leaving, new SubscriberOutput.Subscribe(0, InNewDialog: false));
    }

    private static Step<SubscriberState, SubscriberOutput> OnTick(SubscriberState s, SubscriberOptions options, SipTimers timers, double jitter, DateTimeOffset now)
    {
        if (s.Phase == Leaving) return now >= s.WaitUntil ? End(s, SipReason.Unsubscribed) : Go(s);
        if (s.Phase == RetryWait) return now >= s.WaitUntil ? Try(s, options, now) : Go(s);
        if (now >= s.WaitUntil)
        {
            return s.IsPoll ? End(s, SipReason.NotifyNeverCame) : Again(s, SipReason.NotifyNeverCame, 0, null, options, jitter, now);
        }

        if (now >= s.ExpiresAt) return Again(s, SipReason.Timeout, 0, TimeSpan.Zero, options, jitter, now);
        if (now < s.RefreshAt || s.IsRequestOut || !s.HasDialog) return Go(s);
        var refresh = s with { IsRequestOut = true, RefreshAt = DateTimeOffset.MaxValue };
        return Go(refresh, new SubscriberOutput.Subscribe(s.ExpiresSeconds, InNewDialog: false));
    }

    /// <summary>
    /// Gives the dialog up and tries again after <paramref name="wait"/>; without one, or when "at once" failed already, the wait doubles.
    /// </summary>
    private static Step<SubscriberState, SubscriberOutput> Again(
        SubscriberState s, SipReason reason, int status, TimeSpan? wait, SubscriberOptions options, double jitter, DateTimeOffset now)
    {
        if (s.IsStopping) return End(s, SipReason.Unsubscribed);
        var backOff = options.RetryMin * Math.Pow(2, Math.Min(s.Failures, 12));

        // Never sooner than set, and never all at once (PSB-069): chance only adds to it, at the longest wait too.
        var longest = reason is SipReason.TransportFailed or SipReason.NotifyNeverCame || status is 408 or (>= 500 and < 600) ? options.ServerRetryMax : options.RetryMax;
        backOff = (backOff > longest ? longest : backOff) * (1 + 0.2 * jitter);
        var delay = wait is not { } asked ? backOff : asked == TimeSpan.Zero && s.Failures > 0 ? backOff : asked;
        var waiting = s with
        {
            Phase = RetryWait, HasDialog = false, IsRequestOut = false, Failures = s.Failures + 1, WaitUntil = now + delay,
            ExpiresAt = DateTimeOffset.MaxValue, RefreshAt = DateTimeOffset.MaxValue,
        };
        var interrupted = new SubscriberOutput.Interrupted(reason, status, now + delay);
        return delay > TimeSpan.Zero ? Go(waiting, interrupted) : Both(Try(waiting, options, now), interrupted, null);
    }

    private static Step<SubscriberState, SubscriberOutput> End(SubscriberState s, SipReason reason, int status = 0) => new(
        s with { Phase = Ended, IsRequestOut = false, ExpiresAt = DateTimeOffset.MaxValue, RefreshAt = DateTimeOffset.MaxValue, WaitUntil = DateTimeOffset.MaxValue },
        [new SubscriberOutput.Ended(reason, status)]);

    private static SubscriberOutput? Answer(Notified n, int status) => n.IsBestEffort ? null : new SubscriberOutput.AnswerNotify(status);

    private static Step<SubscriberState, SubscriberOutput> Go(SubscriberState s, SubscriberOutput? first = null, SubscriberOutput? second = null) =>
        new(s, (first, second) switch { (null, null) => [], (null, _) => [second], (_, null) => [first], _ => [first, second] });

    private static Step<SubscriberState, SubscriberOutput> Both(Step<SubscriberState, SubscriberOutput> step, SubscriberOutput? first, SubscriberOutput? second) =>
        new(step.State, [.. Go(step.State, first, second).Outputs, .. step.Outputs]);

    /// <summary>RFC 6665 §4.1.2.2: answers to a refresh after which the subscription is no more.</summary>
    private static bool EndsSubscription(int status) => status is 404 or 405 or 410 or 416 or (>= 480 and <= 485) or 489 or 501 or 604;

    /// <summary>Refusals that say nothing lasting (RFC 7247, RFC 8048 §5.2); zero is a broken connection.</summary>
    private static bool IsTransient(int status) =>
        status is 0 or 408 or 423 or 480 or 481 or 482 or 486 or 487 or 491 or 500 or 502 or 503 or 504 or 513 or 600;
}
