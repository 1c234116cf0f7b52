using static Gateway.Sip.Protocol.Conversations.ConversationOutput;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>The part of a turn that is about typing notices, both ways (RFC 3994 §3.2 and §3.3, field fact C4).</summary>
internal ref partial struct ConversationTurn
{
    // What our own documents promise as refresh; a Microsoft client forgets sooner, so it may be told more often.
    private static readonly TimeSpan _composingAgain = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _keyboardAgain = TimeSpan.FromSeconds(10);

    public void OnSendTyping(bool isTyping)
    {
        if (Speaking() is not { TypingMode: not TypingMode.None } leg) return;
        var was = _s.OwnTypingUntil != DateTimeOffset.MaxValue;
        if (!isTyping)
        {
            // A message says by itself that its writer has stopped.
            if (was) Tell(leg, false);
            return;
        }

        if (!was || now >= _s.OwnTypingAgainAt) Tell(leg, true);
        _s = _s with { OwnTypingUntil = now + options.TypingMax };
    }

    public void OnTypingReceived(int number, bool isTyping, uint refreshSeconds)
    {
        if (Find(number) is null) return;
        var was = _s.PeerTypingUntil != DateTimeOffset.MaxValue;
        _s = _s with { LastActivity = now, PeerTypingUntil = isTyping ? now.AddSeconds(refreshSeconds) : DateTimeOffset.MaxValue };
        if (was != isTyping) Out(new DeliverTyping(isTyping));
    }

    private void OnTypingTick()
    {
        if (now >= _s.PeerTypingUntil)
        {
            _s = _s with { PeerTypingUntil = DateTimeOffset.MaxValue };
            Out(new DeliverTyping(false));
        }

        if (_s.OwnTypingUntil == DateTimeOffset.MaxValue) return;
        if (Speaking() is not { TypingMode: not TypingMode.None } leg) _s = _s with { OwnTypingUntil = DateTimeOffset.MaxValue };
        else if (now >= _s.OwnTypingUntil) Tell(leg, false);
        else if (now >= _s.OwnTypingRefreshAt) Tell(leg, true);
    }

    private void Tell(ConversationLeg leg, bool isTyping)
    {
        Out(new SendTyping(leg.Number, leg.TypingMode, isTyping));
        var isPromised = leg.TypingMode == TypingMode.IsComposing;
        _s = _s with
        {
            OwnTypingUntil = isTyping ? _s.OwnTypingUntil : DateTimeOffset.MaxValue,
            OwnTypingAgainAt = now + (isPromised ? _composingAgain : _keyboardAgain),
            OwnTypingRefreshAt = isPromised && isTyping ? now + _composingAgain : DateTimeOffset.MaxValue,
        };
    }
}
