using static Gateway.Sip.Protocol.Conversations.ConversationOutput;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>One input's worth of work on a conversation: a scratch copy of the state and the outputs so far. Lives within one call of the machine.</summary>
internal ref partial struct ConversationTurn(ConversationState state, ConversationOptions options, SipTimers timers, DateTimeOffset now)
{
    private ConversationState _s = state;
    private List<ConversationOutput>? _outputs;

    public readonly Step<ConversationState, ConversationOutput> Finish() => new(_s, _outputs is null ? [] : _outputs);

    public void OnSend(OutgoingMessage message)
    {
        if (_s.IsEnded || _s.Closing != SipReason.None)
        {
            Out(new MessageDone(message.Id, SipReason.EndedByUs, 0));
            return;
        }

        if (_s.QueueCount >= options.QueueMessagesMax || _s.QueueBytes + message.Body.Length > options.QueueBytesMax)
        {
            Out(new MessageDone(message.Id, SipReason.QueueFull, 0));
            return;
        }

        // The usual case, an established leg and nothing before this message, skips the queue.
        var dated = message with { QueuedAt = now };
        _s = _s with { LastActivity = now, OwnTypingUntil = DateTimeOffset.MaxValue };
        if (!_s.HasWork && Speaking() is { } leg) Transmit(leg, dated);
        else Enqueue(dated);
        Proceed();
    }

    public void OnMessageReceived(int number)
    {
        if (Find(number) is not { } leg) return;
        _s = _s with { LastActivity = now, PeerTypingUntil = DateTimeOffset.MaxValue };

        // Requests of one dialog may come by several connections, so a MESSAGE can overtake the ACK.
        if (leg.IsLeaving) Leave(leg);
        else if (leg.Phase == LegPhase.AwaitAck) Establish(leg);
    }

    public void OnMessageAnswered(int number, int status)
    {
        if (_s.Outstanding is not { } message || _s.OutstandingLeg != number) return;
        _s = _s with { Outstanding = null, LastActivity = now };
        if (status is >= 200 and < 300) Out(new MessageDone(message.Id, SipReason.None, status));
        else if (status is 481 or 408 or 480 or 500) Rebuild(number, message, status, status == 500 ? SipReason.StaleCSeq : SipReason.MessageRefused);
        else Out(new MessageDone(message.Id, SipReason.MessageRefused, status));
        EndDrained(number);
        Proceed();
    }

    public void OnMessageLost(int number, bool wasWritten)
    {
        if (_s.Outstanding is not { } message || _s.OutstandingLeg != number) return;
        _s = _s with { Outstanding = null };

        // Written and unanswered may have been shown: failing visibly is right, showing it twice is not.
        if (wasWritten) Out(new MessageDone(message.Id, SipReason.MessageTimeout, 0));
        if (wasWritten) Hang(number);
        else Rebuild(number, message, 0, SipReason.TransportFailed);
        Proceed();
    }

    /// <summary>
    /// Drops the leg and tries the message once more in a new one (field fact C5: the BYE was lost, or the number is stale). A 408 off the wire is among them, though it leaves open whether the
    /// message was shown: it is what a front end says when the client behind it has vanished, every client of that kind tries again, and a line seen twice harms less than one lost.
    /// Our own timeout is another matter: there nobody has said that the user did not get it.
    /// </summary>
    private void Rebuild(int number, OutgoingMessage message, int status, SipReason reason)
    {
        if (status == 481) Drop(number);
        else Hang(number);
        if (message.Attempts >= 2) Out(new MessageDone(message.Id, reason, status));
        else _s = _s with { Front = message };
    }

    private void Transmit(ConversationLeg leg, OutgoingMessage message)
    {
        var tried = message with { Attempts = message.Attempts + 1 };
        _s = _s with { Outstanding = tried, OutstandingLeg = leg.Number };
        Out(new SendMessage(leg.Number, tried));
    }

    private void Enqueue(OutgoingMessage message) => _s = _s with
    {
        Queue = _s.Queue.Enqueue(message), QueueCount = _s.QueueCount + 1, QueueBytes = _s.QueueBytes + message.Body.Length,
    };

    private OutgoingMessage? TakeNext()
    {
        if (_s.Front is { } front)
        {
            _s = _s with { Front = null };
            return front;
        }

        if (_s.QueueCount == 0) return null;
        var rest = _s.Queue.Dequeue(out var next);
        _s = _s with { Queue = rest, QueueCount = _s.QueueCount - 1, QueueBytes = _s.QueueBytes - next.Body.Length };
        return next;
    }

    /// <summary>What follows from the state alone: send the next message, invite when there is something to say, or end.</summary>
    private void Proceed()
    {
        if (_s.IsEnded) return;
        if (_s.Outstanding is null && Speaking() is { } leg && TakeNext() is { } next) Transmit(leg, next);
        else if (_s.Outstanding is null && (_s.Front is not null || _s.QueueCount > 0) && !IsGettingReady()) Invite();

        if (_s.HasWork) return;
        if (_s.Closing != SipReason.None) HangAll(_s.Closing);
        else EndIfEmpty(SipReason.PeerLost);
    }

    private void Out(ConversationOutput output) => (_outputs ??= new List<ConversationOutput>(2)).Add(output);
}
