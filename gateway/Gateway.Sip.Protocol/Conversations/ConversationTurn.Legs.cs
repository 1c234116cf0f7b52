using static Gateway.Sip.Protocol.Conversations.ConversationOutput;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>The part of a turn that is about legs: how they come, stand and go.</summary>
internal ref partial struct ConversationTurn
{
    public void OnInvited(TypingMode typingMode, SessionTerms session)
    {
        // A second INVITE supersedes the first once it stands: the peer restarted, or both called at once (field fact C5).
        var leg = WithSession(AwaitingAck(new ConversationLeg(_s.LastLeg + 1, LegPhase.AwaitAck) { TypingMode = typingMode }), session);
        _s = _s with { LastLeg = leg.Number, Legs = _s.Legs.Add(leg), LastActivity = now, IsEnded = false, Closing = SipReason.None };
        Out(new AcceptInvite(leg.Number));
    }

    public void OnAcknowledged(int number)
    {
        if (Find(number) is not { } leg) return;
        if (leg.IsLeaving) Leave(leg);
        else if (leg.Phase == LegPhase.AwaitAck) Establish(leg);
        else if (leg.Phase == LegPhase.Established) Replace(leg, leg with { WaitUntil = DateTimeOffset.MaxValue, RepeatAt = DateTimeOffset.MaxValue });
    }

    public void OnRinging(int number)
    {
        if (Find(number) is { Phase: LegPhase.Inviting, HasProvisional: false } leg) Replace(leg, leg with { HasProvisional = true });
    }

    public void OnAccepted(int number, string remoteTag, TypingMode typingMode, SessionTerms session)
    {
        switch (Find(number))
        {
            case { Phase: LegPhase.Inviting or LegPhase.Cancelling } leg:
                Out(new SendAck(number));
                var named = WithSession(leg with { RemoteTag = remoteTag, TypingMode = typingMode }, session);
                Replace(leg, named);
                Establish(named);
                break;

            case { } leg when leg.RemoteTag == remoteTag:
                Out(new SendAck(number));
                break;

            default:
                Out(new EndFork(number, remoteTag));
                break;
        }
    }

    public void OnInviteFailed(int number, int status)
    {
        if (Find(number) is not { Phase: LegPhase.Inviting or LegPhase.Cancelling } leg) return;
        Drop(number);
        if (Speaking() is null && !IsGettingReady())
        {
            var isTimeout = leg.Phase == LegPhase.Cancelling || status is 408;
            FailAll(isTimeout ? SipReason.InviteTimeout : status == 0 ? SipReason.TransportFailed : SipReason.InviteRefused, status);
            EndIfEmpty(isTimeout ? SipReason.InviteTimeout : SipReason.InviteRefused);
        }

        Proceed();
    }

    public void OnLegGone(int number, SipReason reason)
    {
        if (Find(number) is null) return;
        Drop(number);

        // The answer to an outstanding MESSAGE may still come: the transaction outlives the dialog.
        if (_s.HasWork) Proceed();
        else EndIfEmpty(reason);
    }

    public void OnClose(SipReason reason, bool atOnce)
    {
        if (_s.IsEnded) return;
        _s = _s with { Closing = reason };
        if (atOnce)
        {
            FailAll(reason, 0);
            foreach (var leg in _s.Legs) Hang(leg.Number);
            EndIfEmpty(reason);
        }

        Proceed();
    }

    public void OnTick()
    {
        if (_s.IsEnded) return;
        OnTypingTick();
        foreach (var leg in _s.Legs)
        {
            if (now >= leg.WaitUntil) OnLegWaitedOut(leg);
            else OnLegTick(leg);
        }

        DropOld();
        if (_s.Legs.Length > 0 && !_s.HasWork && now >= _s.LastActivity + options.Idle) HangAll(SipReason.Idle);
        Proceed();
        if (!_s.HasWork) EndIfEmpty(SipReason.Idle);
    }

    private void OnLegTick(ConversationLeg leg)
    {
        if (now >= leg.SessionUntil)
        {
            // RFC 4028 §10: the refresh did not come, or ours did not succeed.
            Hang(leg.Number);
            if (!_s.HasWork) EndIfEmpty(SipReason.SessionExpired);
            return;
        }

        // RFC 3261 §14.1: not while an INVITE of the peer waits for its ACK.
        if (now >= leg.RefreshAt && leg.WaitUntil == DateTimeOffset.MaxValue)
        {
            Out(new SendRefresh(leg.Number, leg.Session));
            leg = leg with { RefreshAt = DateTimeOffset.MaxValue };
            Replace(leg, leg);
        }

        if (now < leg.RepeatAt) return;
        Out(new RepeatAccept(leg.Number));
        var after = leg.RepeatAfter * 2 < timers.T2 ? leg.RepeatAfter * 2 : timers.T2;
        Replace(leg, leg with { RepeatAfter = after, RepeatAt = now + after });
    }

    private void OnLegWaitedOut(ConversationLeg leg)
    {
        switch (leg.Phase)
        {
            case LegPhase.Inviting when leg.HasProvisional:
                Replace(leg, leg with { Phase = LegPhase.Cancelling, WaitUntil = now + options.CancelWait });
                Out(new SendCancel(leg.Number));
                break;

            case LegPhase.Inviting or LegPhase.Cancelling:
                Out(new Forget(leg.Number));
                OnInviteFailed(leg.Number, 408);
                break;

            default:
                // RFC 3261 §13.3.1.4: accepted and never acknowledged is ended with BYE.
                Hang(leg.Number);
                if (!_s.HasWork) EndIfEmpty(SipReason.AckNeverCame);
                break;
        }
    }

    private void DropOld()
    {
        while ((_s.Front ?? (_s.QueueCount > 0 ? _s.Queue.Peek() : null)) is { } oldest && now >= oldest.QueuedAt + options.MessageAgeMax)
        {
            TakeNext();
            Out(new MessageDone(oldest.Id, SipReason.MessageTooOld, 0));
        }
    }

    private void Invite()
    {
        var leg = new ConversationLeg(_s.LastLeg + 1, LegPhase.Inviting) { WaitUntil = now + options.AnswerWait };
        _s = _s with { LastLeg = leg.Number, Legs = _s.Legs.Add(leg) };
        Out(new SendInvite(leg.Number));
    }

    /// <summary>The leg stands and is the one we speak in; any that stood before it drains and goes.</summary>
    private void Establish(ConversationLeg leg)
    {
        Replace(leg, leg with { Phase = LegPhase.Established, WaitUntil = DateTimeOffset.MaxValue, RepeatAt = DateTimeOffset.MaxValue });
        foreach (var other in _s.Legs)
        {
            if (other.Number == leg.Number || other.Phase != LegPhase.Established) continue;
            if (_s.Outstanding is not null && _s.OutstandingLeg == other.Number) Replace(other, other with { Phase = LegPhase.Draining });
            else Hang(other.Number);
        }

        // An established conversation is activity: a delayed accept must not be followed at once by an idle BYE.
        _s = _s with { LastActivity = now };
        Proceed();
    }

    private void EndDrained(int number)
    {
        if (Find(number) is { Phase: LegPhase.Draining }) Hang(number);
    }

    private readonly ConversationLeg? Speaking()
    {
        for (var i = _s.Legs.Length - 1; i >= 0; i--)
        {
            if (_s.Legs[i].Phase == LegPhase.Established) return _s.Legs[i];
        }

        return null;
    }

    private readonly bool IsGettingReady()
    {
        foreach (var leg in _s.Legs)
        {
            if (leg.Phase is LegPhase.Inviting or LegPhase.Cancelling or LegPhase.AwaitAck) return true;
        }

        return false;
    }

    private readonly ConversationLeg? Find(int number)
    {
        foreach (var leg in _s.Legs)
        {
            if (leg.Number == number) return leg;
        }

        return null;
    }

    private void Replace(ConversationLeg old, ConversationLeg leg)
    {
        for (var i = 0; i < _s.Legs.Length; i++)
        {
            if (_s.Legs[i].Number == old.Number) _s = _s with { Legs = _s.Legs.SetItem(i, leg) };
        }
    }

    private void Drop(int number)
    {
        for (var i = _s.Legs.Length - 1; i >= 0; i--)
        {
            if (_s.Legs[i].Number == number) _s = _s with { Legs = _s.Legs.RemoveAt(i) };
        }
    }

    private void Hang(int number)
    {
        if (Find(number) is not { } leg) return;
        Drop(number);
        if (leg.Phase is LegPhase.Established or LegPhase.Draining or LegPhase.AwaitAck) Out(new SendBye(number));
        else if (leg is { Phase: LegPhase.Inviting, HasProvisional: true }) Out(new SendCancel(number));
    }

    private void HangAll(SipReason reason)
    {
        foreach (var leg in _s.Legs)
        {
            if (leg.Phase != LegPhase.AwaitAck) Hang(leg.Number);
            else if (!leg.IsLeaving) Replace(leg, leg with { IsLeaving = true });
        }

        EndIfEmpty(reason);
    }

    private void Leave(ConversationLeg leg)
    {
        Hang(leg.Number);
        EndIfEmpty(_s.Closing == SipReason.None ? SipReason.EndedByUs : _s.Closing);
    }

    private void FailAll(SipReason reason, int status)
    {
        while (TakeNext() is { } message) Out(new MessageDone(message.Id, reason, status));
    }

    private void EndIfEmpty(SipReason reason)
    {
        if (_s.IsEnded || _s.Legs.Length > 0 || _s.HasWork) return;
        _s = _s with { IsEnded = true, PeerTypingUntil = DateTimeOffset.MaxValue };
        Out(new Ended(reason));
    }
}
