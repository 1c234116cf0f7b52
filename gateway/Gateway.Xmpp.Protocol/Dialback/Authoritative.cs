namespace Gateway.Xmpp.Protocol.Dialback;

/// <summary>The authoritative server's part: it answers step 2 from the secret alone and keeps no state. XEP-0220 §2.2.2.</summary>
public static class Authoritative
{
    /// <summary>The verdict on what was asked; <paramref name="isServed"/> tells whether the pair's sender is one of our domains.</summary>
    public static DialbackMessage Answer(DialbackMessage ask, bool isServed, DialbackKeys keys)
    {
        var verdict = new DialbackMessage(DialbackStep.Verdict, ask.Pair) { Id = ask.Id };
        if (!isServed) return verdict with { Word = DialbackWord.Error, Condition = DialbackCondition.ItemNotFound };
        bool isOurs = keys.IsOurs(ask.Key, receiving: ask.Pair.To, originating: ask.Pair.From, ask.Id);
        return verdict with { Word = isOurs ? DialbackWord.Valid : DialbackWord.Invalid };
    }
}
