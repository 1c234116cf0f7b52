using System.Globalization;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>Subscription-State (RFC 6665 §8.2.3). Unknown states keep their text; unknown reasons read as "none given" (§4.1.3).</summary>
public sealed record SubscriptionStateHeader(string State, string? Reason = null, uint? ExpiresSeconds = null, uint? RetryAfterSeconds = null)
{
    public bool IsActive => Is("active");

    public bool IsPending => Is("pending");

    public bool IsTerminated => Is("terminated");

    public static bool TryRead(ReadOnlySpan<byte> value, out SubscriptionStateHeader header)
    {
        header = null!;
        var length = SipGrammar.ParameterLength(value);
        var state = SipGrammar.Trim(value[..length]);
        if (!SipGrammar.IsToken(state) || !SipParameters.TryRead(value[length..], out var parameters)) return false;
        header = new SubscriptionStateHeader(
            SipGrammar.Text(state), parameters.Get("reason"), Number(parameters.Get("expires")), Number(parameters.Get("retry-after")));
        return true;
    }

    public override string ToString()
    {
        var text = State;
        if (Reason is not null) text += ";reason=" + Reason;
        if (ExpiresSeconds is { } expires) text += string.Create(CultureInfo.InvariantCulture, $";expires={expires}");
        if (RetryAfterSeconds is { } retry) text += string.Create(CultureInfo.InvariantCulture, $";retry-after={retry}");
        return text;
    }

    private bool Is(string state) => string.Equals(State, state, StringComparison.OrdinalIgnoreCase);

    private static uint? Number(string? text) =>
        text is not null && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
}
