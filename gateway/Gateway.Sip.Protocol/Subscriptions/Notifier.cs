using Gateway.Sip.Protocol.Wire;
using static Gateway.Sip.Protocol.Subscriptions.NotifierInput;
using static Gateway.Sip.Protocol.Subscriptions.NotifierPhase;

namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>
/// The notifier's half of a subscription (RFC 6665 §4.2, RFC 3856 §6). One NOTIFY is outstanding; what comes meanwhile waits and the newest wins,
/// but an end is never replaced. A NOTIFY asks for its turn first, so that a peer's pace can hold it; mere changes also keep their interval (RFC 3856 §6.10).
/// <code>
/// Pending ◂Show▸ Active ─End, Accepted(0), expiry▸ Terminating ─answer of the last NOTIFY▸ Terminated
///    any ─NOTIFY refused for good▸ Terminated
/// </code>
/// </summary>
public static class Notifier
{
    /// <summary>How long a NOTIFY owed without content waits for one (a poll may have to ask the other side first).</summary>
    public static readonly TimeSpan OwedWait = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _retryFirst = TimeSpan.FromSeconds(15);
    private const int FailuresMax = 4;

    public static Step<NotifierState, NotifierOutput> On(NotifierState s, NotifierInput input, DateTimeOffset now)
    {
        if (s.Phase == Terminated) return new(s, []);
        return input switch
        {
            Accepted a when s.Phase == Terminating => Send(s, now),
            Accepted { GrantedSeconds: 0 } a => Leave(s, a.Content, now),
            Accepted a => Accept(s, a, now),
            Show when s.Phase == Terminating && s.OwedAt == DateTimeOffset.MaxValue => new(s, []),
            Show show => OnShow(s, show, now),
            End end => Finish(s, end.Reason, end.Content, end.RetryAfterSeconds, now),
            Turn => OnTurn(s, now),
            Answered answer => OnAnswer(s, answer, now),
            Lost => OnLost(s, now),
            _ => OnTick(s, now),
        };
    }

    private static Step<NotifierState, NotifierOutput> Accept(NotifierState s, Accepted accepted, DateTimeOffset now)
    {
        var expiring = s with { ExpiresAt = now.AddSeconds(accepted.GrantedSeconds) };
        return accepted.Content is { } content
            ? Send(expiring with { Waiting = content, OwedAt = DateTimeOffset.MaxValue, IsUrgent = true, IsOwed = true }, now)
            : new(expiring with { OwedAt = now + OwedWait }, []);
    }

    private static Step<NotifierState, NotifierOutput> OnShow(NotifierState s, Show show, DateTimeOffset now)
    {
        var phase = s.Phase == Terminating ? Terminating : show.IsActive ? Active : Pending;
        var isOwed = s.IsOwed || s.OwedAt != DateTimeOffset.MaxValue;
        var shown = s with
        {
            Phase = phase, Waiting = show.Content, OwedAt = DateTimeOffset.MaxValue, IsOwed = isOwed, IsUrgent = s.IsUrgent || isOwed || phase != s.Phase,
        };
        return Send(shown, now);
    }

    /// <summary>Unsubscribe or poll: one more NOTIFY, terminated by timeout (RFC 6665 §4.4.3), with the state if somebody gives it in time.</summary>
    private static Step<NotifierState, NotifierOutput> Leave(NotifierState s, NotifyContent? content, DateTimeOffset now)
    {
        if (content is not null) return Finish(s, TerminationReason.Timeout, content, null, now);
        var owed = s with
        {
            Phase = Terminating, EndReason = TerminationReason.Timeout, Waiting = null, OwedAt = now + OwedWait, ExpiresAt = DateTimeOffset.MaxValue,
        };
        return new(owed, []);
    }

    private static Step<NotifierState, NotifierOutput> Finish(
        NotifierState s, TerminationReason reason, NotifyContent content, uint? retryAfter, DateTimeOffset now)
    {
        if (s.Phase == Terminating && s.OwedAt == DateTimeOffset.MaxValue) return new(s, []);
        var last = s with
        {
            Phase = Terminating, EndReason = reason, EndRetryAfterSeconds = retryAfter, Waiting = content,
            OwedAt = DateTimeOffset.MaxValue, ExpiresAt = DateTimeOffset.MaxValue, RetryAt = DateTimeOffset.MinValue, IsUrgent = true,
            IsOwed = s.IsOwed || s.OwedAt != DateTimeOffset.MaxValue,
        };
        return Send(last, now);
    }

    private static Step<NotifierState, NotifierOutput> Send(NotifierState s, DateTimeOffset now, params IReadOnlyList<NotifierOutput> before)
    {
        if (s.Outstanding is not null || s.Waiting is null || s.IsTurnAsked || now < s.RetryAt || (!s.IsUrgent && now < s.NextChangeAt)) return new(s, before);
        return new(s with { IsTurnAsked = true }, [.. before, new NotifierOutput.AskTurn(s.IsOwed)]);
    }

    private static Step<NotifierState, NotifierOutput> OnTurn(NotifierState s, DateTimeOffset now)
    {
        if (!s.IsTurnAsked || s.Waiting is not { } content) return new(s with { IsTurnAsked = false }, []);
        var sent = s with
        {
            Outstanding = content, Waiting = null, RetryAt = DateTimeOffset.MinValue, IsLastOutstanding = s.Phase == Terminating,
            IsTurnAsked = false, IsUrgent = false, IsOwed = false,

            // The first state after a notification without any is not held back: nothing was told yet that it would change.
            NextChangeAt = content.Body.IsEmpty || s.ChangeInterval == TimeSpan.Zero ? s.NextChangeAt : now + s.ChangeInterval,
        };
        return new(sent, [new NotifierOutput.SendNotify(HeaderOf(s, now), content)]);
    }

    private static SubscriptionStateHeader HeaderOf(NotifierState s, DateTimeOffset now) => s.Phase switch
    {
        Pending => new("pending", ExpiresSeconds: Remaining(s, now)),
        Active => new("active", ExpiresSeconds: Remaining(s, now)),
        _ => new("terminated", s.EndReason.WireName(), RetryAfterSeconds: s.EndRetryAfterSeconds),
    };

    private static uint Remaining(NotifierState s, DateTimeOffset now) => (uint)Math.Clamp((s.ExpiresAt - now).TotalSeconds, 0, int.MaxValue);

    private static Step<NotifierState, NotifierOutput> OnAnswer(NotifierState s, Answered answer, DateTimeOffset now)
    {
        if (s.Outstanding is not { } content) return new(s, []);
        if (s.IsLastOutstanding) return Over(s, EndOf(s));
        if (answer.Status is >= 200 and < 300)
            return Send(s with { Outstanding = null, Failures = 0 }, now, new NotifierOutput.Shown(content.Version));
        if (EndsUsage(answer.Status)) return Over(s, SipReason.NotifyRefused);
        var wait = answer.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 3600)) : (TimeSpan?)null;
        return Retry(s, content, wait, now);
    }

    /// <summary>A broken connection says nothing about the watcher: try again on another, the first time at once; the subscription stands until it expires.</summary>
    private static Step<NotifierState, NotifierOutput> OnLost(NotifierState s, DateTimeOffset now)
    {
        if (s.Outstanding is not { } content) return new(s, []);
        return s.IsLastOutstanding && s.Failures >= 1 ? Over(s, EndOf(s)) : Retry(s with { Failures = Math.Min(s.Failures, FailuresMax - 2) }, content, s.Failures == 0 ? TimeSpan.Zero : null, now);
    }

    private static Step<NotifierState, NotifierOutput> Retry(NotifierState s, NotifyContent content, TimeSpan? wait, DateTimeOffset now)
    {
        var failures = s.Failures + 1;
        if (failures >= FailuresMax) return Over(s, SipReason.NotifyRefused);
        var again = s with
        {
            Outstanding = null, Waiting = s.Waiting ?? content, Failures = failures, IsUrgent = true, RetryAt = now + (wait ?? _retryFirst * (1 << failures - 1)),
        };
        return new(again, []);
    }

    private static Step<NotifierState, NotifierOutput> OnTick(NotifierState s, DateTimeOffset now)
    {
        if (now >= s.ExpiresAt) return Finish(s, TerminationReason.Timeout, s.Waiting ?? NotifyContent.Empty, null, now);
        if (now >= s.OwedAt) return Send(s with { Waiting = s.Waiting ?? NotifyContent.Empty, OwedAt = DateTimeOffset.MaxValue, IsUrgent = true, IsOwed = true }, now);
        return Send(s, now);
    }

    private static Step<NotifierState, NotifierOutput> Over(NotifierState s, SipReason reason) =>
        new(s with { Phase = Terminated, Outstanding = null, Waiting = null, IsTurnAsked = false, ExpiresAt = DateTimeOffset.MaxValue, OwedAt = DateTimeOffset.MaxValue },
            [new NotifierOutput.Ended(reason)]);

    private static SipReason EndOf(NotifierState s) => s.EndReason.ToSipReason();

    /// <summary>RFC 6665 §4.2.2 with RFC 5057 §5.1: responses that end the usage or its dialog, a timeout among them. Others leave it alone.</summary>
    private static bool EndsUsage(int status) =>
        status is 404 or 405 or 408 or 410 or 416 or 480 or 481 or 482 or 483 or 484 or 485 or 489 or 501 or 502 or 604;
}
