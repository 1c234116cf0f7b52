namespace Gateway.Sip.Protocol.Conversations;

/// <summary>Which of the two typing notices a peer reads (RFC 3994 §3.3, field fact C4). The documents themselves are Mapping's.</summary>
public static class Typing
{
    public const string IsComposingType = "application/im-iscomposing+xml";

    /// <summary>The mode for a peer: accept-types first, then what its User-Agent is known to read, then the dialect.</summary>
    public static TypingMode Choose(IReadOnlyList<string> acceptTypes, string? userAgent, SipDialect dialect)
    {
        foreach (var type in acceptTypes)
        {
            if (type.Equals(IsComposingType, StringComparison.OrdinalIgnoreCase)) return TypingMode.IsComposing;
        }

        if (userAgent is not null && (userAgent.StartsWith("UCC", StringComparison.Ordinal) || userAgent.StartsWith("RTC", StringComparison.Ordinal)))
            return TypingMode.KeyboardActivity;
        return dialect.TypingByComposing ? TypingMode.IsComposing : dialect.IsMicrosoft ? TypingMode.KeyboardActivity : TypingMode.None;
    }
}
