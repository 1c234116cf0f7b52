using static Gateway.Sip.Protocol.Conversations.ConversationInput;
using static Gateway.Sip.Protocol.Conversations.ConversationOutput;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>The part of a turn that is about session timers and the 2xx that await their ACK (RFC 4028, RFC 3261 §13.3.1.4, §14).</summary>
internal ref partial struct ConversationTurn
{
    public void OnRefreshed(Refreshed input)
    {
        if (Find(input.Leg) is not { } leg) return;
        var next = WithSession(leg with { TypingMode = input.TypingMode ?? leg.TypingMode }, input.Session);
        Replace(leg, input.AwaitsAck ? AwaitingAck(next) : next);
        _s = _s with { LastActivity = now };
    }

    public void OnRefreshAnswered(RefreshAnswered input)
    {
        if (Find(input.Leg) is not { } leg) return;
        switch (input.Status)
        {
            case >= 200 and < 300:
                Replace(leg, WithSession(leg, input.Session));
                break;

            case 408 or 481:
                // RFC 4028 §10, RFC 3261 §12.2.1.2: the dialog is gone there.
                if (input.Status == 481) Drop(leg.Number);
                else Hang(leg.Number);
                if (!_s.HasWork) EndIfEmpty(SipReason.PeerLost);
                break;

            case 491:
                Replace(leg, leg with { RefreshAt = now + input.Wait });
                break;

            case 422 when !leg.IsRaised:
                var raised = leg with { Session = leg.Session with { Seconds = Math.Max(leg.Session.Seconds, input.SecondsMin) }, IsRaised = true };
                Replace(leg, raised);
                Out(new SendRefresh(leg.Number, raised.Session));
                break;

            default:
                // Not refreshed, and not told never to ask again: once more in half of what is left, until too little is left.
                var left = leg.SessionUntil - now;
                if (input.Status is 0 or >= 500 and < 600 && left > TimeSpan.FromSeconds(32)) Replace(leg, leg with { RefreshAt = now + (left / 2) });
                break;
        }

        Proceed();
    }

    private readonly ConversationLeg WithSession(ConversationLeg leg, SessionTerms session) => leg with
    {
        Session = session,
        IsRaised = false,
        SessionUntil = session.Seconds == 0 ? DateTimeOffset.MaxValue : now + session.Patience,
        RefreshAt = session.Seconds == 0 || !session.IsOurs ? DateTimeOffset.MaxValue : now + session.RefreshAfter,
    };

    private readonly ConversationLeg AwaitingAck(ConversationLeg leg) => leg with { WaitUntil = now + timers.H, RepeatAt = now + timers.T1, RepeatAfter = timers.T1 };
}
